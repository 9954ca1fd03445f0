"""A mini program: its owner, hosts and terms, and its states from registration to suspension."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.errors import OperatorsOnly, Refused
from catalog.domain.terms import Terms

MiniProgramState = Literal["registered", "published", "suspended"]

REVIEWED_FIELDS = ("exposure_priority", "sponsored", "merchant")
"""What the platform decides once a mini program has been reviewed, besides its own commission: the place in lists, and the
merchant that collects the money."""


@dataclass(frozen=True, slots=True)
class Category:
    category_id: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class MiniProgramDetails:
    """Everything that an owner's PUT sets, all at once."""

    owner_id: str
    owner_name: str
    owner_kind: Literal["brand", "platform", "celebrity"]
    name: str
    name_en: str
    aliases: tuple[str, ...]
    slogan: str
    category: str
    logo_url: str
    banner_url: str
    hosts: tuple[str, ...]
    categories: tuple[Category, ...]
    exposure_priority: int
    sponsored: bool
    merchant: str
    platform_bp: int
    creator_bp: int
    owner_name_en: str = ""
    slogan_en: str = ""


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """The aggregate; `version` counts its changes."""

    mini_program_id: str
    details: MiniProgramDetails
    state: MiniProgramState
    terms: Terms
    version: int
    reason: str = ""
    """Why it is suspended."""


MiniProgramEvent = Literal["registered", "published", "changed", "suspended"]
Changed = tuple[MiniProgram, MiniProgramEvent]
"""The aggregate after a command, and what happened to it."""


def register(mini_program_id: str, details: MiniProgramDetails) -> Changed:
    """A new mini program; viewers cannot enter it yet."""
    terms = Terms(details.platform_bp, details.creator_bp, 1)
    return MiniProgram(mini_program_id, details, "registered", terms, 1), "registered"


def change(current: MiniProgram, details: MiniProgramDetails, *, by_operator: bool) -> Changed | None:
    """Replace the details; None if they are the same. Raises OperatorsOnly if an owner changes what was reviewed."""
    if not by_operator and current.state != "registered":
        refused = [
            name for name in REVIEWED_FIELDS if getattr(details, name) != getattr(current.details, name)
        ]
        if details.platform_bp != current.details.platform_bp:
            refused.append("terms.platform_bp")
        if refused:
            raise OperatorsOnly(*refused)
    if details == current.details:
        return None
    terms = current.terms.changed_to(details.platform_bp, details.creator_bp)
    return replace(current, details=details, terms=terms, version=current.version + 1), "changed"


def publish(current: MiniProgram) -> Changed | None:
    """After the review, viewers of its hosts can enter it. Raises Refused while it is suspended."""
    if current.state == "suspended":
        raise Refused("wrong_state", "This mini program is suspended. Reinstate it instead.")
    return _to(current, "published", "published")


def suspend(current: MiniProgram, reason: str) -> Changed | None:
    """Viewers can no longer enter it, find it or buy from it. Raises Refused if it was never published."""
    if current.state == "registered":
        raise Refused("wrong_state", "This mini program was never published.")
    return _to(current, "suspended", "suspended", reason)


def reinstate(current: MiniProgram) -> Changed | None:
    """End a suspension. Raises Refused if it was never published."""
    if current.state == "registered":
        raise Refused("wrong_state", "This mini program was never published. Publish it instead.")
    return _to(current, "published", "changed")


def _to(
    current: MiniProgram, state: MiniProgramState, event: MiniProgramEvent, reason: str = ""
) -> Changed | None:
    if current.state == state:
        return None
    return replace(current, state=state, reason=reason, version=current.version + 1), event
