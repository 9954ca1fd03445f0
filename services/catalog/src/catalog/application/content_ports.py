"""What the content checks need from outside."""

from __future__ import annotations

from typing import Protocol

from catalog.domain.content_check import ContentCheck
from runtime.outbox.changes import Decide, Result


class CheckStore(Protocol):
    """Verdicts about texts."""

    async def get(self, aggregate_id: str) -> ContentCheck | None: ...

    async def change(self, aggregate_id: str, decide: Decide[ContentCheck]) -> Result[ContentCheck]:
        """Store the verdict; raises WriteConflict if others were quicker each time."""
        ...

    async def waiting(self, after: str | None, limit: int) -> list[ContentCheck]:
        """At most `limit` checks that wait for an operator, in order of their ids, from the one after `after`."""
        ...
