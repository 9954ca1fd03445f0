"""The calls of owners."""
