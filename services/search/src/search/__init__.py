"""The search column and in-store search, from an index built from the event streams alone."""
