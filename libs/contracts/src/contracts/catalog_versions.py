"""Events that catalog publishes about versions of mini programs: their review, their release, and the decisions of hosts.

They tell what was decided; what viewers see is on the topic `mini-programs`.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Identifier, Text, Value, published
from contracts.topics import MINI_PROGRAM_VERSIONS, Topic


class Reason(Value):
    """Why a version was rejected."""

    field: Text | None = Field(default=None, description="the field at fault, if it is one")
    message: Text


class MiniProgramHistoryEvent(Event):
    """Something was decided about a mini program's versions. `version` counts the changes of the draft and its versions."""

    topic: ClassVar[Topic] = MINI_PROGRAM_VERSIONS

    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    owner_id: Identifier
    at: datetime


class VersionEvent(MiniProgramHistoryEvent):
    """Something happened to one version."""

    version_id: Identifier
    number: int = Field(ge=1, description="counts the versions of a mini program")


@published
class VersionSubmitted(VersionEvent):
    """An owner submitted the draft for review."""


@published
class VersionApproved(VersionEvent):
    """An operator approved a version: it may be released."""


@published
class VersionRejected(VersionEvent):
    """An operator rejected a version."""

    reasons: tuple[Reason, ...]


@published
class VersionReleased(VersionEvent):
    """A version became live; the live one before it is superseded."""

    by_rollback: bool = Field(default=False, description="whether it had been live before, and was put back")


@published
class HostAccepted(MiniProgramHistoryEvent):
    """A host accepted a mini program, for this and later versions."""

    host_id: Identifier


@published
class PromotionChanged(Event):
    """An owner said which creators may promote the mini program. `version` counts these changes alone."""

    topic: ClassVar[Topic] = MINI_PROGRAM_VERSIONS

    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    owner_id: Identifier
    who: Literal["nobody", "invited", "anyone"]
    creator_ids: tuple[Identifier, ...] = Field(default=(), description="those who are invited")


class Tester(Value):
    """A viewer who sees a mini program's draft."""

    host_id: Identifier
    viewer: str = Field(description="pseudonym of the viewer, as session tokens carry it")


@published
class TestersChanged(Event):
    """An owner named those who see the mini program's draft. `version` counts these changes alone."""

    topic: ClassVar[Topic] = MINI_PROGRAM_VERSIONS

    mini_program_id: str = Field(pattern=r"^[a-z0-9]{8,32}$")
    owner_id: Identifier
    testers: tuple[Tester, ...] = Field(default=(), description="all of them")


@published
class HostRefused(MiniProgramHistoryEvent):
    """A host refused a mini program, or no longer shows it."""

    host_id: Identifier
    reason: Text = ""
