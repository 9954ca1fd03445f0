"""The catalog's calls: the same paths as the gateway's."""
