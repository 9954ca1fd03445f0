"""The port, and the verdict that is kept with what was checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Status = Literal["passed", "refused", "needs_review"]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with the text of a field."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the texts may be shown, by which model, and when (UTC)."""

    status: Status
    model: str
    at: datetime
    findings: tuple[Finding, ...] = ()


class ContentCheck(Protocol):
    """Checks what viewers would see."""

    async def check(self, texts: Mapping[str, str]) -> Verdict:
        """The verdict about these texts by their field. What could not be checked `needs_review`."""
