"""A run of a feed, from the queue to its end: everything is checked before anything is applied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Status = Literal["queued", "fetching", "checking", "applying", "done", "refused", "failed", "cancelled"]
MAX_QUEUED = 100
"""Runs of a mini program that have not ended."""
ACTIVE: tuple[Status, ...] = ("queued", "fetching", "checking", "applying")
_NEXT: dict[Status, tuple[Status, ...]] = {
    "queued": ("fetching", "checking", "failed", "refused", "cancelled"),
    "fetching": ("checking", "done", "failed", "refused", "cancelled"),
    "checking": ("applying", "refused", "failed", "cancelled"),
    "applying": ("done", "failed", "cancelled"),
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of lines, except `removed`, `commands` and `answered`, which are products. The check rejected `bad` lines; `rejected`
    includes them."""

    lines: int = 0
    bad: int = 0
    accepted: int = 0
    unchanged: int = 0
    rejected: int = 0
    removed: int = 0
    commands: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The aggregate. `file_id` names its file, once there is one.

    `request` is the fingerprint of the request that started it; empty if that had no idempotency key.
    """

    run_id: str
    feed_id: str
    mini_program_id: str
    owner_id: str
    file_id: str | None
    allow_mass_removal: bool
    queued_at: datetime
    status: Status = "queued"
    reason: str | None = None
    counts: Counts = Counts()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    version: int = 1
    request: str = ""

    @property
    def is_active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ACTIVE

    @property
    def progress(self) -> float:
        """From 0 to 1: checking is the first tenth, the rest is the part of the products that have an outcome."""
        if self.status == "done":
            return 1.0
        if self.status != "applying" or not self.counts.commands:
            return 0.0 if self.status in ("queued", "fetching") else 0.05
        return round(0.1 + 0.9 * min(1.0, self.counts.answered / self.counts.commands), 3)

    def moved(self, status: Status, at: datetime, reason: str | None = None) -> Run | None:
        """The run in its next status; None if its present status does not allow that, as when it has ended in the meantime."""
        if status not in _NEXT.get(self.status, ()):
            return None
        ended = status not in ACTIVE
        return replace(
            self,
            status=status,
            reason=reason,
            started_at=self.started_at or at,
            finished_at=at if ended else None,
            version=self.version + 1,
        )

    def with_file(self, file_id: str) -> Run:
        """The run with the file that was fetched for it."""
        return replace(self, file_id=file_id, version=self.version + 1)

    def counted(self, counts: Counts) -> Run | None:
        """The run with these counts; None if they are the same."""
        return replace(self, counts=counts, version=self.version + 1) if counts != self.counts else None


def too_many_rejected(lines: int, bad: int, percent: int) -> str | None:
    """Why a feed with this many wrong lines is refused; None if it is not."""
    if bad * 100 <= lines * percent:
        return None
    return (
        f"{bad} of {lines} lines are wrong, more than {percent} %. Nothing was applied. Correct the lines that the report names, "
        "or raise max_rejected_percent."
    )


def too_many_removed(known: int, missing: int) -> str | None:
    """Why a full feed that lacks this many products is refused; None if it is not."""
    if missing * 2 <= known:
        return None
    return (
        f"{missing} of {known} products on sale are missing from the file, more than half. Nothing was applied. Send the whole "
        "feed, or run it with allow_mass_removal=true."
    )
