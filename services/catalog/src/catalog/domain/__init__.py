"""The catalog's rules, without I/O."""
