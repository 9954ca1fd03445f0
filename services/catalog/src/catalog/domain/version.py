"""A submitted version of a mini program, its verdict, and the decisions of hosts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from catalog.domain.content import Content

Status = Literal["in_review", "approved", "rejected", "withdrawn", "live", "superseded"]
IN_REVIEW: tuple[Status, ...] = ("in_review",)
UNRELEASED: tuple[Status, ...] = ("in_review", "approved")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a version was rejected; `field` is None if no single field is at fault."""

    message: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """The result of the content check by `model` of a version's texts; `findings` are (field, message).

    `needs_review`: the reviewer decides, because there are findings or the texts could not be checked.
    """

    status: Literal["passed", "needs_review"]
    model: str
    at: datetime
    findings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A submitted draft. `content` is None once only its verdict is kept.

    `check` is None for what an operator put live, and for versions that were submitted before verdicts were kept.
    """

    number: int
    content: Content | None
    status: Status
    submitted_at: datetime
    note: str = ""
    reasons: tuple[Reason, ...] = ()
    decided_at: datetime | None = None
    released_at: datetime | None = None
    check: TextVerdict | None = None
    changed_at: datetime | None = None
    """When its status changed last; None if not since `submitted_at`."""


@dataclass(frozen=True, slots=True)
class HostDecision:
    host_id: str
    accepted: bool
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class VersionEvent:
    """What happened to the version `number`."""

    kind: Literal["submitted", "approved", "rejected", "withdrawn", "released", "rolled_back"]
    number: int
    at: datetime


Happened = VersionEvent | HostDecision


def version_id(mini_program_id: str, number: int) -> str:
    """The id of a version, unique over all mini programs: their ids have no underscore."""
    return f"{mini_program_id}_{number}"
