"""Tokenising, folding, stemming and romanising: the same for documents and queries, for every engine."""
