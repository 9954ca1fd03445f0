"""The catalog's database."""
