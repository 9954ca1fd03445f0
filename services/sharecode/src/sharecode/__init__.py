"""Share codes: created, drawn, read from pictures, and withdrawn."""
