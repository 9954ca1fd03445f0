"""A mini program: its owner, hosts and terms, and its states from registration to suspension."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.content import Category, Content, Section
from catalog.domain.errors import Refused
from catalog.domain.owner import Owner, OwnerKind
from catalog.domain.terms import Terms

MiniProgramState = Literal["registered", "published", "suspended"]


@dataclass(frozen=True, slots=True)
class PlatformTerms:
    """What the platform decides about a mini program."""

    platform_bp: int
    exposure_priority: int
    sponsored: bool
    merchant: str


@dataclass(frozen=True, slots=True)
class MiniProgramDetails:
    """What viewers and other services learn of it: its owner, the live version's content, and what the platform decides."""

    owner_id: str
    owner_name: str
    owner_kind: OwnerKind
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
    sections: tuple[Section, ...] = ()
    theme_colour: str = ""


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """The aggregate; `version` counts its changes, `shown_version` is that of the version history which it shows."""

    mini_program_id: str
    details: MiniProgramDetails
    state: MiniProgramState
    terms: Terms
    version: int
    reason: str = ""
    """Why it is suspended."""
    shown_version: int = 0
    closed_for_owner: bool = False
    """Whether it is suspended, or will be once it is shown, because its owner is; it comes back with the owner."""


MiniProgramEvent = Literal["registered", "published", "changed", "suspended"]
Changed = tuple[MiniProgram, MiniProgramEvent]
"""The aggregate after a command, and what happened to it."""


def register(mini_program_id: str, details: MiniProgramDetails) -> Changed:
    """A new mini program; viewers cannot enter it yet."""
    terms = Terms(details.platform_bp, details.creator_bp, 1)
    return MiniProgram(mini_program_id, details, "registered", terms, 1), "registered"


def details_of(content: Content, owner: Owner | None, owner_id: str, platform_bp: int) -> MiniProgramDetails:
    """The details of an owner's new mini program, with the platform's defaults. An owner who never applied has no name."""
    return MiniProgramDetails(
        owner_id=owner_id,
        owner_name=owner.name if owner is not None else owner_id,
        owner_kind=owner.kind if owner is not None else "brand",
        name=content.name,
        name_en=content.name_en,
        aliases=content.aliases,
        slogan=content.slogan,
        slogan_en=content.slogan_en,
        category=content.category,
        logo_url=content.logo_url,
        banner_url=content.banner_url,
        hosts=(),
        categories=content.categories,
        exposure_priority=0,
        sponsored=False,
        merchant="default",
        platform_bp=platform_bp,
        creator_bp=content.creator_bp,
        sections=content.sections,
        theme_colour=content.theme_colour,
    )


def take_over(current: MiniProgram, details: MiniProgramDetails) -> Changed | None:
    """Take the owner and the platform's terms of an operator's details; the content follows when it is shown.

    The owner is not suspended: one that was closed with its owner before is open again under another.
    """
    wanted = replace(
        current.details,
        owner_id=details.owner_id,
        owner_name=details.owner_name,
        owner_name_en=details.owner_name_en,
        owner_kind=details.owner_kind,
        exposure_priority=details.exposure_priority,
        sponsored=details.sponsored,
        merchant=details.merchant,
        platform_bp=details.platform_bp,
    )
    changed = change(current, wanted)
    if changed is None or wanted.owner_id == current.details.owner_id or not current.closed_for_owner:
        return changed
    return _reopened(changed[0]), "changed"


def _reopened(closed: MiniProgram) -> MiniProgram:
    """Without the suspension of its owner. One that was never released stays closed to viewers."""
    state: MiniProgramState = "registered" if closed.state == "registered" else "published"
    return replace(closed, state=state, reason="", closed_for_owner=False)


def take_owner(current: MiniProgram, owner: Owner) -> Changed | None:
    """Take the owner's name and kind; close it while the owner is suspended, and open it again afterwards.

    One that is not published yet is closed too: the release under way must not publish it (`show`).
    """
    details = replace(current.details, owner_name=owner.name, owner_kind=owner.kind)
    changed = change(current, details)
    after = changed[0] if changed is not None else replace(current, version=current.version + 1)
    if owner.status == "suspended" and current.state != "suspended" and not current.closed_for_owner:
        closed = replace(after, reason=f"The owner is suspended. {owner.why}".strip(), closed_for_owner=True)
        if current.state == "registered":
            return closed, "changed"
        return replace(closed, state="suspended"), "suspended"
    if owner.status != "suspended" and current.closed_for_owner:
        return _reopened(after), "changed"
    return changed


def set_terms(current: MiniProgram, terms: PlatformTerms) -> Changed | None:
    """Set what the platform decides; None if it is the same."""
    return change(
        current,
        replace(
            current.details,
            platform_bp=terms.platform_bp,
            exposure_priority=terms.exposure_priority,
            sponsored=terms.sponsored,
            merchant=terms.merchant,
        ),
    )


def change(current: MiniProgram, details: MiniProgramDetails) -> Changed | None:
    """Replace the details; None if they are the same."""
    if details == current.details:
        return None
    terms = current.terms.changed_to(details.platform_bp, details.creator_bp)
    return replace(current, details=details, terms=terms, version=current.version + 1), "changed"


def show(
    current: MiniProgram, content: Content, hosts: tuple[str, ...], shown_version: int
) -> Changed | None:
    """Show the live version's content in these hosts, and publish it with the first one, unless its owner is suspended; None for
    an older or the same one."""
    if shown_version <= current.shown_version:
        return None
    details = _with_content(current.details, content, hosts)
    is_first = current.state == "registered"
    if not is_first and details == current.details:
        return None
    changed = change(current, details)
    after = changed[0] if changed is not None else replace(current, version=current.version + 1)
    if not is_first:
        return replace(after, shown_version=shown_version), "changed"
    state: Literal["published", "suspended"] = "suspended" if current.closed_for_owner else "published"
    return replace(after, state=state, shown_version=shown_version), state


def with_draft(current: MiniProgram, draft: Content, hosts: tuple[str, ...]) -> MiniProgram:
    """The mini program as its testers see it in these hosts; it is not stored."""
    return replace(current, details=_with_content(current.details, draft, hosts), state="published")


def _with_content(
    details: MiniProgramDetails, content: Content, hosts: tuple[str, ...]
) -> MiniProgramDetails:
    return replace(
        details,
        name=content.name,
        name_en=content.name_en,
        aliases=content.aliases,
        slogan=content.slogan,
        slogan_en=content.slogan_en,
        category=content.category,
        logo_url=content.logo_url,
        banner_url=content.banner_url,
        categories=content.categories,
        sections=content.sections,
        theme_colour=content.theme_colour,
        creator_bp=content.creator_bp,
        hosts=hosts,
    )


def content_of(details: MiniProgramDetails) -> Content:
    """The content that is shown."""
    return Content(
        name=details.name,
        name_en=details.name_en,
        aliases=details.aliases,
        slogan=details.slogan,
        slogan_en=details.slogan_en,
        category=details.category,
        logo_url=details.logo_url,
        banner_url=details.banner_url,
        categories=details.categories,
        sections=details.sections,
        theme_colour=details.theme_colour,
        requested_hosts=details.hosts,
        creator_bp=details.creator_bp,
    )


def suspend(current: MiniProgram, reason: str) -> Changed | None:
    """Viewers can no longer enter it, find it or buy from it. Raises Refused if it was never published."""
    if current.state == "registered":
        raise Refused("wrong_state", "This mini program was never published.")
    if current.state == "suspended" and not current.closed_for_owner:
        return None
    after = replace(
        current, state="suspended", reason=reason, closed_for_owner=False, version=current.version + 1
    )
    return after, "suspended"


def reinstate(current: MiniProgram) -> Changed | None:
    """End a suspension. Raises Refused if it was never published, or is closed because its owner is suspended."""
    if current.state == "registered":
        raise Refused("wrong_state", "This mini program was never published. Release a version instead.")
    if current.closed_for_owner:
        raise Refused("wrong_state", "The owner is suspended. Reinstate the owner instead.")
    if current.state == "published":
        return None
    return replace(current, state="published", reason="", version=current.version + 1), "changed"
