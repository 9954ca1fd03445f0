"""Feeds and runs, and their rules."""
