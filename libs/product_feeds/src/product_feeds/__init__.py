"""Product feeds as shops publish them, read line by line."""
