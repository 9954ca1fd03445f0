"""A receiver of webhooks, samples of events, and a client of the running service."""
