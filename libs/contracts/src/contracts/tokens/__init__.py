"""Signed tokens and keyed pseudonyms, made with secrets that two services share. None of them is an event."""
