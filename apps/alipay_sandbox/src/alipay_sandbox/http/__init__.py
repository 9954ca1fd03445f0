"""Gateway, cashier, bills, and the sandbox's own controls."""
