"""The catalog's use cases, its read model, and the ports that they need."""
