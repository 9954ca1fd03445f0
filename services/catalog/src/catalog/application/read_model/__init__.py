"""What viewers see, in the memory of each replica: rendered once for each version, so that a page needs no query."""
