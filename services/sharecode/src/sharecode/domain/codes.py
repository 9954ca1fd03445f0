"""A code is a key of 16 random bytes; in text it is 26 characters of base 32 (RFC 4648), which a QR code of version 3
at level H holds with its mark before it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime

KEY_BYTES = 16
QR_MARK = "AC:"
"""Upper case, so that a QR code packs it in its alphanumeric mode."""
LINK_PATH = "/v1/share-codes/"
CODE = re.compile(r"[A-Z2-7]{26}")


@dataclass(frozen=True, slots=True)
class ShareCode:
    """What a code opens, and who made it. `sharer` and `viewer` are pseudonyms."""

    code: str
    host_id: str
    mini_program_id: str
    product_id: str
    sharer: str
    created_at: datetime
    withdrawn: bool = False
    scans: int = 0
    version: int = 1


def code_of(key: bytes) -> str:
    """The text of a key."""
    return base64.b32encode(key).decode().rstrip("=")


def key_of(code: str) -> bytes:
    """The key in a text; raises ValueError for what is no code."""
    if not CODE.fullmatch(code):
        raise ValueError("a code has 26 characters of A-Z and 2-7")
    return base64.b32decode(code + "======")


def code_in(text: str) -> str | None:
    """The code in what a scanner read or a person pasted: the code, `AC:` and the code, or a link that ends in it.

    Only the text is looked at; no link is ever followed.
    """
    last = text.strip().partition("?")[0].partition("#")[0].rstrip("/")
    for mark in (QR_MARK, LINK_PATH):
        if mark in last:
            last = last.rpartition(mark)[2]
            break
    last = last.upper()
    return last if CODE.fullmatch(last) else None
