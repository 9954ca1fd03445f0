"""Identity's rules: pure, without I/O, clock or chance."""
