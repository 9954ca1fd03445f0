"""The calls of api.md that this service answers."""
