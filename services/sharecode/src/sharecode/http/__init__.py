"""The calls of share codes: sharing and reading, scanning, drawing, and what owners do."""
