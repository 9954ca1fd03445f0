"""Checkout's routes: a buyer's own orders and addresses, an owner's orders. None of them accepts a host's token."""
