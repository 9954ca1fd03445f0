"""Time and memory of reading large feeds."""
