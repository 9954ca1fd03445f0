"""The round mini-program code: an open format with an encoder and a decoder (`docs/round-code.md`)."""
