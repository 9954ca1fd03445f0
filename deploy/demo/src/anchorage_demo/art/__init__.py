"""Pictures drawn in code."""
