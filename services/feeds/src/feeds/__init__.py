"""Product feeds of owners: fetched, checked line by line, applied to the catalog."""
