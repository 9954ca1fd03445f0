"""MongoDB, and the receivers of webhooks."""
