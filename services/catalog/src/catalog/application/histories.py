"""Reads and changes version histories, and shows viewers the live version."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from catalog.application.caller import Caller
from catalog.application.contracts_out import history_events, mini_program_event
from catalog.application.ports import HistoryStore, MiniProgramStore
from catalog.application.terms import SpreadTerms
from catalog.domain import mini_program as rules
from catalog.domain import version_history
from catalog.domain.errors import must_exist
from catalog.domain.mini_program import MiniProgram
from catalog.domain.version_history import Changed, VersionHistory
from runtime.outbox.changes import Change

NAME = "this mini program"


@dataclass(frozen=True, slots=True)
class Edited:
    """A mini program as viewers see it, and its history: the draft and the versions."""

    program: MiniProgram
    history: VersionHistory

    @property
    def version(self) -> int:
        """Grows with each change of the mini program (state, the platform's terms) and of its history (draft, versions)."""
        return self.program.version + self.history.version


class Histories:
    """Changes histories, and after each change brings the mini program up to the live version.

    The history is written first, and the mini program follows from it. If the second write fails, the background task repeats it; after
    a crash in between, the next start of a replica does.
    """

    def __init__(
        self, histories: HistoryStore, programs: MiniProgramStore, spread_terms: SpreadTerms
    ) -> None:
        self._histories = histories
        self._programs = programs
        self._spread_terms = spread_terms
        self._requested: asyncio.Queue[str] = asyncio.Queue()

    async def get(self, caller: Caller, mini_program_id: str) -> Edited:
        """One of the caller's; raises NotFound."""
        program = caller.owned(await self._programs.get(mini_program_id))
        return Edited(program, await self._history(program))

    async def of_programs(self, programs: list[MiniProgram]) -> list[Edited]:
        """The histories of these mini programs, in the same order."""
        found = await self._histories.get_many([program.mini_program_id for program in programs])
        return [Edited(p, found.get(p.mini_program_id) or version_history.of(p)) for p in programs]

    async def change(
        self, caller: Caller, mini_program_id: str, rule: Callable[[VersionHistory], Changed]
    ) -> Edited:
        """Apply `rule` to one of the caller's histories, and show the outcome to viewers. Raises NotFound, and what `rule` raises."""
        program = caller.owned(await self._programs.get(mini_program_id))

        def decide(current: VersionHistory | None) -> Change[VersionHistory] | None:
            before = current or version_history.of(program)
            after, happened = rule(before)
            if after == before:
                return None
            return Change(after, history_events(after, happened))

        result = await self._histories.change(mini_program_id, decide)
        history = result.aggregate or version_history.of(program)
        await self._programs.touch(mini_program_id)
        self._requested.put_nowait(mini_program_id)
        return Edited(await self._show(program, history), history)

    async def run(self) -> None:
        """Show the live versions of all mini programs once, in case a crash came before that; then handle requests endlessly."""
        for mini_program_id in await self._programs.ids():
            self._requested.put_nowait(mini_program_id)
        while True:
            program = await self._programs.get(await self._requested.get())
            if program is not None:
                await self._show(program, await self._history(program))

    async def _history(self, program: MiniProgram) -> VersionHistory:
        return await self._histories.get(program.mini_program_id) or version_history.of(program)

    async def _show(self, program: MiniProgram, history: VersionHistory) -> MiniProgram:
        content = history.live_content
        if content is None or history.version <= program.shown_version:
            return program

        def decide(current: MiniProgram | None) -> Change[MiniProgram] | None:
            changed = rules.show(must_exist(current, NAME), content, history.hosts, history.version)
            return Change(changed[0], [mini_program_event(*changed)]) if changed is not None else None

        result = await self._programs.change(program.mini_program_id, decide)
        self._spread_terms.request(program.mini_program_id)
        return must_exist(result.aggregate, NAME)
