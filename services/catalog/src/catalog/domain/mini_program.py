"""A mini program: who it belongs to, where it is published, its terms, and its way from registration to suspension."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.availability import MiniProgramState
from catalog.domain.errors import OperatorsOnly, Refused
from catalog.domain.terms import Terms

OPERATORS_FIELDS = ("exposure_priority", "sponsored", "merchant")
"""Where a mini program is shown and which merchant collects is the platform's to say once it has been reviewed; so is
the platform's own commission."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a store."""

    category_id: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """What can be said of a mini program by a PUT: all of it at once."""

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
    face: Face
    state: MiniProgramState
    terms: Terms
    version: int
    reason: str = ""
    """Why it is suspended."""


MiniProgramEvent = Literal["registered", "published", "changed", "suspended"]
Change = tuple[MiniProgram, MiniProgramEvent | None]
"""The aggregate after a command, and what happened; None when nothing did."""


def register(mini_program_id: str, face: Face) -> Change:
    """A new mini program, not yet entered by anybody."""
    terms = Terms(face.platform_bp, face.creator_bp, 1)
    return MiniProgram(mini_program_id, face, "registered", terms, 1), "registered"


def change(current: MiniProgram, face: Face, *, by_operator: bool) -> Change:
    """`face` instead of what was; raises OperatorsOnly when an owner changes what was reviewed."""
    if not by_operator and current.state != "registered":
        refused = [name for name in OPERATORS_FIELDS if getattr(face, name) != getattr(current.face, name)]
        if face.platform_bp != current.face.platform_bp:
            refused.append("terms.platform_bp")
        if refused:
            raise OperatorsOnly(*refused)
    if face == current.face:
        return current, None
    terms = current.terms.changed_to(face.platform_bp, face.creator_bp)
    return replace(current, face=face, terms=terms, version=current.version + 1), "changed"


def publish(current: MiniProgram) -> Change:
    """Reviewed: it can be entered in its hosts. Raises Refused while it is suspended."""
    if current.state == "suspended":
        raise Refused("wrong_state", "this mini program is suspended: reinstate it instead")
    return _to(current, "published", "published")


def suspend(current: MiniProgram, reason: str) -> Change:
    """It may no longer be entered, searched or bought from. Raises Refused when it was never published."""
    if current.state == "registered":
        raise Refused("wrong_state", "this mini program was never published")
    return _to(current, "suspended", "suspended", reason)


def reinstate(current: MiniProgram) -> Change:
    """The end of a suspension. Raises Refused when it was never published."""
    if current.state == "registered":
        raise Refused("wrong_state", "this mini program was never published: publish it instead")
    return _to(current, "published", "changed")


def _to(current: MiniProgram, state: MiniProgramState, event: MiniProgramEvent, reason: str = "") -> Change:
    if current.state == state:
        return current, None
    return replace(current, state=state, reason=reason, version=current.version + 1), event
