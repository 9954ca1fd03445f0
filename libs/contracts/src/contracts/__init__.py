"""What Anchorage's services exchange: events and their topics, the envelope, the gateway's JSON models, signed tokens."""
