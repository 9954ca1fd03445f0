"""Who calls: clients, access tokens, viewers' sessions, settled-in accounts."""
