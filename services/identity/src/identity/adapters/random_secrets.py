"""Secrets that nobody can guess."""

from __future__ import annotations

import secrets

BYTES = 32


def random_secret() -> str:
    """43 characters, 256 random bits."""
    return secrets.token_urlsafe(BYTES)
