"""Files and streams."""
