"""Measures relevance and cost of search: `make bench-search DATA=folder`."""
