"""Operators ask for a rebuild of the index."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from search.application.rebuild_progress import RebuildProgress
from search.application.replica import Replica

RecordRebuild = Callable[[], Awaitable[None]]
"""Records in the audit log that an operator asked for it; durable on return."""


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """Starts a rebuild and tells how far it is."""

    replica: Replica
    record: RecordRebuild

    async def start(self) -> RebuildProgress:
        """Start one, unless one is running."""
        await self.record()
        self.replica.rebuild()
        return self.progress()

    def progress(self) -> RebuildProgress:
        """Of the last rebuild."""
        return self.replica.rebuild_progress()
