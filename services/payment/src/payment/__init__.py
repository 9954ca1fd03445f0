"""Payment: trades with a payment provider, refunds, ledger, settlement and reconciliation."""
