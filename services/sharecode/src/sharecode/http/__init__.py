"""Sharecode's calls."""
