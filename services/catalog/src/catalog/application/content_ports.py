"""What the content checks need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from catalog.domain.content_check import ContentCheck
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change, Decide, Result


class CheckStore(Protocol):
    """Verdicts about texts."""

    async def get(self, aggregate_id: str) -> ContentCheck | None: ...

    async def insert(self, new: Sequence[Change[ContentCheck]]) -> list[bool | Exception]:
        """Store new verdicts. Says for each, in order, whether it is new, or what went wrong."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[ContentCheck]) -> Result[ContentCheck]:
        """Store the verdict; raises WriteConflict if others were quicker each time."""
        ...

    async def waiting(self, asked: Asked, limit: int) -> Part[ContentCheck]:
        """At most `limit` checks that wait for an operator."""
        ...
