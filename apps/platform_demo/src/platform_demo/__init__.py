"""A third-party e-commerce platform with a database of its own. It uses the public gateway, and imports nothing of Anchorage."""
