"""The demo host app: what a host's engineers write, small enough to read in an hour."""
