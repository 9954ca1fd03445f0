"""How far a rebuild is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """`read` of the `to_read` records that the streams had when it began; `products` can be found now."""

    status: Literal["none", "rebuilding", "done", "failed"]
    read: int = 0
    to_read: int = 0
    products: int = 0
    reason: str | None = None
