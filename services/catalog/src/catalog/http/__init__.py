"""The catalog's HTTP routes."""
