"""A small world of shops, engines for it, and a client for a running search."""
