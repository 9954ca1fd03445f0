"""Unguessable identifiers, injected as a function so that domain code stays free of randomness."""

from __future__ import annotations

import uuid
from collections.abc import Callable

NewId = Callable[[], str]


def random_id() -> str:
    """32 hexadecimal digits, 122 random bits (RFC 9562, version 4)."""
    return uuid.uuid4().hex
