"""The review of versions, and hosts' decisions on mini programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from catalog.application.caller import Caller
from catalog.application.histories import Edited, Histories
from catalog.application.names import Names
from catalog.application.ports import HistoryStore, HostSettingsStore, MiniProgramStore
from catalog.domain import version_history
from catalog.domain.errors import NotFound
from catalog.domain.host_settings import HostSettings
from catalog.domain.names import Likeness
from catalog.domain.version import Reason, Status, Version
from catalog.domain.version_history import VersionHistory
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.listing import ChangedSince, Part
from runtime.outbox.changes import Change

OPERATOR = Caller(None)
HostDecision = Literal["waiting", "accepted", "refused"]
"""A host's decision on a mini program; `waiting` until there is one."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A version in the review queue, with its mini program."""

    edited: Edited
    version: Version
    flags: tuple[Likeness, ...] = ()
    """Names that equal another party's; looked up for versions that wait for a verdict."""


class Reviews:
    """The use cases of operators who review, and of hosts."""

    def __init__(
        self,
        histories: Histories,
        stored: HistoryStore,
        programs: MiniProgramStore,
        host_settings: HostSettingsStore,
        names: Names,
        clock: Clock,
    ) -> None:
        self._names = names
        self._histories = histories
        self._stored = stored
        self._programs = programs
        self._host_settings = host_settings
        self._clock = clock

    async def queue(self, status: Status | None, after: tuple[str, int] | None, limit: int) -> list[Reviewed]:
        """At most `limit` versions of this status (any, for None), by mini program and number, from the one after `after`."""
        first = after[0] if after is not None else ""
        found = await self._stored.with_status(status, first, limit + 1)
        versions = [
            (history, version)
            for history in found
            for version in history.versions
            if status in (None, version.status)
            and (after is None or (history.mini_program_id, version.number) > after)
        ][:limit]
        return await self._reviewed(versions)

    async def changed(self, status: Status | None, asked: ChangedSince, limit: int) -> Part[Reviewed]:
        """At most `limit` versions of this status (any, for None), as they changed."""
        found = await self._stored.changed_versions(None, status, asked, limit)
        return Part(await self._reviewed(found.items), found.following)

    async def _reviewed(self, versions: Sequence[tuple[VersionHistory, Version]]) -> list[Reviewed]:
        programs = {h.mini_program_id: await self._programs.get(h.mini_program_id) for h, _ in versions}
        return [
            Reviewed(Edited(program, history), version, await self._flags(history, version))
            for history, version in versions
            if (program := programs[history.mini_program_id]) is not None
        ]

    async def _flags(self, history: VersionHistory, version: Version) -> tuple[Likeness, ...]:
        if version.status != "in_review" or version.content is None:
            return ()
        return tuple(await self._names.alike(history.owner_id, history.mini_program_id, version.content))

    async def get(self, mini_program_id: str, number: int) -> Reviewed:
        """Raises NotFound."""
        edited = await self._histories.get(OPERATOR, mini_program_id)
        version = edited.history.find(number)
        return Reviewed(edited, version, await self._flags(edited.history, version))

    async def approve(self, mini_program_id: str, number: int) -> Reviewed:
        """Raises NotFound, and Refused if it is not in review."""
        now = self._clock()
        edited = await self._histories.change(
            OPERATOR, mini_program_id, lambda history: version_history.approve(history, number, now)
        )
        return Reviewed(edited, edited.history.find(number))

    async def reject(self, mini_program_id: str, number: int, reasons: tuple[Reason, ...]) -> Reviewed:
        """Raises NotFound, and Refused if it was released or withdrawn."""
        now = self._clock()
        edited = await self._histories.change(
            OPERATOR, mini_program_id, lambda history: version_history.reject(history, number, reasons, now)
        )
        return Reviewed(edited, edited.history.find(number))

    async def requesting(self, host_id: str, after: str | None, limit: int) -> list[VersionHistory]:
        """At most `limit` histories with a version that requests the host, by mini program, from the one after `after`."""
        return await self._stored.requesting(host_id, after, limit)

    async def changed_for(self, host_id: str, asked: ChangedSince, limit: int) -> Part[VersionHistory]:
        """At most `limit` of them, as their verdicts and the host's decisions changed."""
        return await self._stored.changed_for(host_id, asked, limit)

    async def accept(self, host_id: str, mini_program_id: str, reason: str) -> VersionHistory:
        """Raises NotFound, and Refused `already_accepted`."""
        now = self._clock()
        edited = await self._histories.change(
            OPERATOR, mini_program_id, lambda history: version_history.accept(history, host_id, reason, now)
        )
        return edited.history

    async def refuse(self, host_id: str, mini_program_id: str, reason: str) -> VersionHistory:
        """Raises NotFound."""
        now = self._clock()
        edited = await self._histories.change(
            OPERATOR, mini_program_id, lambda history: version_history.refuse(history, host_id, reason, now)
        )
        return edited.history

    async def settings_of(self, host_id: str) -> HostSettings:
        """What the host has set."""
        return await self._host_settings.get(host_id) or HostSettings(host_id)

    async def set_accepts_all(self, host_id: str, *, accepts_all: bool, expected: int | None) -> HostSettings:
        """Applies to what is released afterwards; decisions of the host stay. Raises VersionConflict."""

        def decide(current: HostSettings | None) -> Change[HostSettings] | None:
            present = current or HostSettings(host_id)
            must_be_version(expected, present.version)
            after = present.changed_to(accepts_all=accepts_all)
            return Change(after) if after is not None else None

        result = await self._host_settings.change(host_id, decide)
        return result.aggregate or HostSettings(host_id)


def decision_by(history: VersionHistory, host_id: str) -> HostDecision:
    """The decision of the host."""
    decision = history.decision_of(host_id)
    if decision is None:
        return "waiting"
    return "accepted" if decision.accepted else "refused"


def parse_version_id(text: str) -> tuple[str, int]:
    """The mini program and number in a version's id; raises NotFound."""
    mini_program_id, _, number = text.rpartition("_")
    if not mini_program_id or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise NotFound("this version")
    return mini_program_id, int(number)
