"""Who calls: clients, access tokens, viewers' sessions with their openids, settled-in accounts."""
