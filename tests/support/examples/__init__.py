"""Examples of every call: recorded from the calls of a test, made stable, and compared with what was recorded before."""
