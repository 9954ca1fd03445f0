"""HTTP calls to addresses that callers of the platform name: webhooks, feeds, pictures."""
