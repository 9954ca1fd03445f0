"""What every service is made of. Knows nothing of shops: only events, envelopes and topics from contracts."""
