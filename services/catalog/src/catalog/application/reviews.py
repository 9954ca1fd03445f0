"""The review of versions, and what hosts say to mini programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from catalog.application.caller import Caller
from catalog.application.histories import Edited, Histories
from catalog.application.ports import HistoryStore, HostSettingsStore, MiniProgramStore
from catalog.domain import version_history
from catalog.domain.errors import NotFound
from catalog.domain.version_history import Reason, Status, Version, VersionHistory
from runtime.clock import Clock

OPERATOR = Caller(None)
Said = Literal["waiting", "accepted", "refused"]
"""What a host said to a mini program."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A version in the review queue, with its mini program."""

    edited: Edited
    version: Version


class Reviews:
    """The use cases of operators who review, and of hosts."""

    def __init__(
        self,
        histories: Histories,
        stored: HistoryStore,
        programs: MiniProgramStore,
        host_settings: HostSettingsStore,
        clock: Clock,
    ) -> None:
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
        programs = {h.mini_program_id: await self._programs.get(h.mini_program_id) for h, _ in versions}
        return [
            Reviewed(Edited(program, history), version)
            for history, version in versions
            if (program := programs[history.mini_program_id]) is not None
        ]

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

    async def asked(self, host_id: str, after: str | None, limit: int) -> list[VersionHistory]:
        """At most `limit` histories of which a version asks for the host, by mini program, from the one after `after`."""
        return await self._stored.wanting(host_id, after, limit)

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

    async def accepts_all(self, host_id: str) -> bool:
        """Whether the host takes every mini program that asks for it."""
        return await self._host_settings.accepts_all(host_id)

    async def set_accepts_all(self, host_id: str, *, accepts_all: bool) -> None:
        """Holds for what is released afterwards; what the host has said stays."""
        await self._host_settings.put(host_id, accepts_all=accepts_all)


def said(history: VersionHistory, host_id: str) -> Said:
    """What the host said."""
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
