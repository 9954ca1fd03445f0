"""The arbiter of money: trades with a payment provider, refunds, ledger, settlement, reconciliation."""
