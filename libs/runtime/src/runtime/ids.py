"""Identifiers that nobody can guess, passed in as a function so that domain code stays free of chance."""

from __future__ import annotations

import uuid
from collections.abc import Callable

NewId = Callable[[], str]


def random_id() -> str:
    """32 hexadecimal digits, 122 bits of chance (RFC 9562, version 4)."""
    return uuid.uuid4().hex
