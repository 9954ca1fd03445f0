"""Names that read or sound the same."""
