"""What owners, and the events of other services, make happen."""
