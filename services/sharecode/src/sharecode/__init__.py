"""Share codes: make, draw, read and resolve the code that opens a product in a mini program."""
