"""Orders: placed, confirmed, paid, shipped, completed, or ended; each in its own mini program's collection."""
