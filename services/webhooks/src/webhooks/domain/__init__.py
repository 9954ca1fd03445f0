"""Webhooks, owner events and deliveries, and what they may do."""
