"""A code is a key of 16 random bytes. As text it has 26 characters of base 32 (RFC 4648), which together with a mark fit a
QR code of version 3 at level H."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from datetime import datetime

from sharecode.domain.events import CodeCreated, CodeWithdrawn

KEY_BYTES = 16
QR_MARK = "AC:"
"""Upper case, so that a QR code packs it in its alphanumeric mode."""
LINK_PATH = "/v1/share-codes/"
CODE = re.compile(r"[A-Z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Sharer:
    """A viewer in one host, by pseudonym."""

    host_id: str
    openid: str


@dataclass(frozen=True, slots=True)
class ShareCode:
    """The product that a code opens, and its sharer (a pseudonym)."""

    code: str
    host_id: str
    mini_program_id: str
    product_id: str
    sharer: str
    created_at: datetime
    withdrawn: bool = False
    scans: int = 0
    version: int = 1

    @classmethod
    def create(
        cls, key: bytes, sharer: Sharer, mini_program_id: str, product_id: str, at: datetime
    ) -> tuple[ShareCode, CodeCreated]:
        """A new code with this key."""
        new = cls(code_of(key), sharer.host_id, mini_program_id, product_id, sharer.openid, at)
        return new, CodeCreated(at)

    def withdraw(self, at: datetime) -> tuple[ShareCode, CodeWithdrawn] | None:
        """The code opens nothing from now on; None when it is withdrawn already."""
        if self.withdrawn:
            return None
        return replace(self, withdrawn=True, version=self.version + 1), CodeWithdrawn(at)


def code_of(key: bytes) -> str:
    """The text of a key."""
    return base64.b32encode(key).decode().rstrip("=")


def key_of(code: str) -> bytes:
    """The key of a code's text; raises ValueError for other texts."""
    if not CODE.fullmatch(code):
        raise ValueError("a code has 26 characters of A-Z and 2-7")
    return base64.b32decode(code + "======")


def code_in(text: str) -> str | None:
    """The code in a scanned or pasted text: a code, `AC:` and a code, or a link that ends in a code.

    Links are parsed and never followed.
    """
    last = text.strip().partition("?")[0].partition("#")[0].rstrip("/")
    for mark in (QR_MARK, LINK_PATH):
        if mark in last:
            last = last.rpartition(mark)[2]
            break
    last = last.upper()
    return last if CODE.fullmatch(last) else None
