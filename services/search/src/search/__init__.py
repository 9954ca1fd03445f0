"""What the search column and in-store search answer: an index of its own, built from the event streams alone."""
