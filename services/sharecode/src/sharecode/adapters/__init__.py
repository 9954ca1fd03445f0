"""MongoDB, and the processes that work on pictures."""
