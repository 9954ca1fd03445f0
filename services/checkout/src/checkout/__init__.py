"""Orders: placed, confirmed, paid, shipped, completed, or ended; each mini program's in a collection of its own."""
