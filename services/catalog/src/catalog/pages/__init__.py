"""What viewers read: rendered in memory, kept right by the database's own change stream."""
