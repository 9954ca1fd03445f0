"""Tells owners what happens to their shops: webhooks, and a feed of changes."""
