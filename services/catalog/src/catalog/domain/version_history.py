"""A mini program's draft, its versions from submission to release, and the decisions of hosts on it.

A version is `in_review`, then `approved` or `rejected`, or `withdrawn` by its owner. An approved one can be released: it is
`live`, and the live one before it `superseded`. Every method returns the history afterwards and what happened; no events mean
that nothing changed, so each command can be repeated.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from catalog.domain.content import Content
from catalog.domain.errors import NotFound, Refused
from catalog.domain.mini_program import MiniProgram, content_of
from catalog.domain.version import (
    IN_REVIEW,
    UNRELEASED,
    Happened,
    HostDecision,
    Reason,
    Status,
    TextVerdict,
    Version,
    VersionEvent,
)

KEPT_CONTENTS = 50
"""Versions whose content is kept; older ones keep only their verdict. A content takes up to 100 kB, and a document up to 16 MB."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for the unknown time at which a mini program without a history was reviewed."""
MAX_IN_REVIEW = 10
"""Versions that wait for a verdict at the same time."""


@dataclass(frozen=True, slots=True)
class VersionHistory:
    """The aggregate; `version` counts its changes. `before_live` is the version that a rollback makes live again, None without one."""

    mini_program_id: str
    owner_id: str
    draft: Content
    version: int = 1
    versions: tuple[Version, ...] = ()
    live: int | None = None
    before_live: int | None = None
    decisions: tuple[HostDecision, ...] = ()

    @property
    def live_content(self) -> Content | None:
        """What viewers see, None before the first release."""
        return self.find(self.live).content if self.live is not None else None

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that show the live version: it requests them, and they have accepted it."""
        content = self.live_content
        taken = {decision.host_id for decision in self.decisions if decision.accepted}
        return tuple(host for host in content.requested_hosts if host in taken) if content else ()

    @property
    def testable_hosts(self) -> tuple[str, ...]:
        """The hosts in which testers see the draft: it requests them, and they have not refused it."""
        refused = {decision.host_id for decision in self.decisions if not decision.accepted}
        return tuple(host for host in self.draft.requested_hosts if host not in refused)

    @property
    def offered(self) -> Version | None:
        """What hosts decide on: the newest approved version, else the live one."""
        return next((v for v in reversed(self.versions) if v.status in ("approved", "live")), None)

    def find(self, number: int) -> Version:
        """Raises NotFound."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFound("this version")

    def decision_of(self, host_id: str) -> HostDecision | None:
        """The last decision of the host."""
        return next((d for d in self.decisions if d.host_id == host_id), None)


Changed = tuple[VersionHistory, tuple[Happened, ...]]


def edit(history: VersionHistory, draft: Content) -> Changed:
    """Replace the draft. Raises WrongContent."""
    draft.check()
    if draft == history.draft:
        return history, ()
    return _next(history, draft=draft), ()


def submit(history: VersionHistory, draft: Content, check: TextVerdict, note: str, at: datetime) -> Changed:
    """Add the checked draft as a new version in review. Raises Refused if MAX_IN_REVIEW versions are in review."""
    if sum(version.status == "in_review" for version in history.versions) >= MAX_IN_REVIEW:
        raise Refused("wrong_state", f"{MAX_IN_REVIEW} versions are in review. Withdraw one first.")
    number = len(history.versions) + 1
    version = Version(number, draft, "in_review", at, note, check=check)
    after = _next(history, versions=_trimmed((*history.versions, version), history.live, history.before_live))
    return after, (VersionEvent("submitted", number, at),)


def withdraw(history: VersionHistory, number: int, at: datetime) -> Changed:
    """By its owner, before it is released. Raises NotFound and Refused."""
    return _decide(history, number, "withdrawn", UNRELEASED, at)


def approve(history: VersionHistory, number: int, at: datetime) -> Changed:
    """By an operator. Raises NotFound and Refused."""
    if history.find(number).released_at is not None:
        return history, ()
    return _decide(history, number, "approved", IN_REVIEW, at)


def reject(history: VersionHistory, number: int, reasons: tuple[Reason, ...], at: datetime) -> Changed:
    """By an operator, with reasons; also an approved version that was not released. Raises NotFound and Refused."""
    return _decide(history, number, "rejected", UNRELEASED, at, reasons)


def release(history: VersionHistory, number: int, accepting: Collection[str], at: datetime) -> Changed:
    """Make the version live. The hosts in `accepting` accept it automatically, unless they have decided before.

    Raises NotFound, and Refused if it is not approved.
    """
    version = history.find(number)
    if version.status == "live":
        return history, ()
    if version.status != "approved":
        raise Refused(
            "wrong_state", f"This version is {version.status}. Only an approved one can be released."
        )
    return _go_live(history, version, accepting, at, "released")


def roll_back(history: VersionHistory, at: datetime) -> Changed:
    """Make the version live again that was live before the last release, once for each release. Raises Refused."""
    if history.before_live is None:
        raise Refused(
            "nothing_to_roll_back", "Nothing was live before, or this release was rolled back already."
        )
    after, happened = _go_live(history, history.find(history.before_live), (), at, "rolled_back")
    return replace(after, before_live=None), happened


def accept(history: VersionHistory, host_id: str, reason: str, at: datetime) -> Changed:
    """A host accepts the mini program, for this and later versions. Raises NotFound and Refused."""
    _must_be_asked(history, host_id)
    known = history.decision_of(host_id)
    if known is not None and known.accepted:
        raise Refused("already_accepted", "The host has already accepted this mini program.")
    return _with_decisions(history, HostDecision(host_id, True, at, reason))


def refuse(history: VersionHistory, host_id: str, reason: str, at: datetime) -> Changed:
    """A host refuses it, or no longer shows it. Raises NotFound."""
    known = history.decision_of(host_id)
    if known is None:
        _must_be_asked(history, host_id)
    elif not known.accepted:
        return history, ()
    return _with_decisions(history, HostDecision(host_id, False, at, reason))


def put_live(history: VersionHistory, content: Content, owner_id: str, at: datetime) -> Changed:
    """An operator's own version: approved, accepted by all its hosts, and live; the mini program is this owner's from now on.

    Keeps a draft that the owner is working on.
    """
    content.check()
    history, is_moved = replace(history, owner_id=owner_id), owner_id != history.owner_id
    hosts = content.requested_hosts
    if history.live_content == content and all(host in history.hosts for host in hosts):
        return _next(history) if is_moved else history, ()
    number = len(history.versions) + 1
    version = Version(number, content, "approved", at, decided_at=at)
    untouched = history.live_content is None or history.draft == history.live_content
    after = _next(
        history, versions=(*history.versions, version), draft=content if untouched else history.draft
    )
    refused = tuple(d for d in after.decisions if d.accepted or d.host_id not in hosts)
    after, happened = _go_live(replace(after, decisions=refused), version, hosts, at, "released")
    return replace(after, version=history.version + 1), happened


def _go_live(
    history: VersionHistory,
    version: Version,
    accepting: Collection[str],
    at: datetime,
    kind: Literal["released", "rolled_back"],
) -> Changed:
    if version.content is None:
        raise Refused(
            "wrong_state", "Only the verdict of this old version is kept. Submit its content again."
        )
    versions = tuple(
        replace(v, status="live", released_at=at, changed_at=at) if v.number == version.number
        else replace(v, status="superseded", changed_at=at) if v.number == history.live
        else v
        for v in history.versions
    )  # fmt: skip
    after = _next(history, versions=versions, live=version.number, before_live=history.live)
    after = replace(after, versions=_trimmed(after.versions, after.live, after.before_live))
    new = [
        HostDecision(host, True, at)
        for host in version.content.requested_hosts
        if host in accepting and history.decision_of(host) is None
    ]
    after = replace(after, decisions=(*after.decisions, *new))
    return after, (*new, VersionEvent(kind, version.number, at))


def _decide(
    history: VersionHistory,
    number: int,
    status: Literal["approved", "rejected", "withdrawn"],
    allowed: Collection[Status],
    at: datetime,
    reasons: tuple[Reason, ...] = (),
) -> Changed:
    version = history.find(number)
    if version.status == status:
        return history, ()
    if version.status not in allowed:
        raise Refused(
            "wrong_state",
            f"This version is {version.status}. Only {' or '.join(allowed)} can become {status}.",
        )
    decided = replace(version, status=status, reasons=reasons, decided_at=at, changed_at=at)
    versions = tuple(decided if v.number == number else v for v in history.versions)
    return _next(history, versions=versions), (VersionEvent(status, number, at),)


def _must_be_asked(history: VersionHistory, host_id: str) -> None:
    offered = history.offered
    if offered is None or offered.content is None or host_id not in offered.content.requested_hosts:
        raise NotFound("this mini program")


def _with_decisions(history: VersionHistory, decision: HostDecision) -> Changed:
    others = tuple(d for d in history.decisions if d.host_id != decision.host_id)
    return _next(history, decisions=(*others, decision)), (decision,)


def _next(history: VersionHistory, **changes: object) -> VersionHistory:
    return replace(history, version=history.version + 1, **changes)  # type: ignore[arg-type]


def _trimmed(versions: tuple[Version, ...], *needed: int | None) -> tuple[Version, ...]:
    """The versions; old ones lose their content, unless they are in review, approved or needed."""
    oldest_kept = len(versions) - KEPT_CONTENTS
    return tuple(
        v if v.number > oldest_kept or v.number in needed or v.status in ("in_review", "approved")
        else replace(v, content=None)
        for v in versions
    )  # fmt: skip


def of(program: MiniProgram) -> VersionHistory:
    """The first history of a mini program: its present content is the draft and, if it was published, the one version."""
    content = content_of(program.details)
    start = VersionHistory(program.mini_program_id, program.details.owner_id, content, version=0)
    if program.state == "registered":
        return start
    version = Version(1, content, "live", LONG_AGO, decided_at=LONG_AGO, released_at=LONG_AGO)
    taken = tuple(HostDecision(host, True, LONG_AGO) for host in content.requested_hosts)
    return replace(start, versions=(version,), live=1, decisions=taken)
