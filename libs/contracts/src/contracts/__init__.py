"""What travels between Anchorage's services: events with topic and key, money, the envelope, JSON shapes of the gateway."""
