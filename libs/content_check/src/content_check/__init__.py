"""Whether a text may be shown to viewers."""
