"""Trades, shares, postings and how far money has gone: no I/O, no clock, no chance."""
