"""Trades, shares, postings and statements: no I/O, no clock, no ids of its own."""
