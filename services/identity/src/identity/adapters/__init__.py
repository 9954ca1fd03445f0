"""Identity's storage and cryptography."""
