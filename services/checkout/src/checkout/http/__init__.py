"""Checkout's calls: a viewer's own orders and addresses, an owner's orders. A host's token is good for none of them."""
