"""`anchorage backup` and `anchorage restore`: all databases at one moment, with the offsets that belong to it."""
