"""Identity's calls."""
