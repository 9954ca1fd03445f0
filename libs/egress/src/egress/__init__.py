"""HTTP calls to addresses that strangers name: webhooks, feeds, pictures."""
