"""The HTTP surface: gateway, cashier, bills and the controls of the sandbox."""
