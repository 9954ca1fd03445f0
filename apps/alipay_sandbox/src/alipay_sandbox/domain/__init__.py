"""Trades, notices, bills and signing texts: pure, without I/O, clock or randomness."""
