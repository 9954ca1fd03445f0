"""Measures what search finds and what it costs: `python -m search.bench DATA`, or `make bench-search data=DATA`."""
