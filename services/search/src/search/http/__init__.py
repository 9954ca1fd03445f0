"""Search's calls."""
