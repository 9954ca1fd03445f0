"""What callers and events make the catalog do."""
