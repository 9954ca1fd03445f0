"""The round mini-program code, an open format (`docs/round-code.md`): drawn and read."""
