"""Codes, their looks, and the limits on new ones."""
