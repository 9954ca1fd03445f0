"""An owner's testers, and what they see: the newest draft in place of the live version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from catalog.application.caller import Caller
from catalog.application.contracts_out import testers_event
from catalog.application.hosts import Hosts
from catalog.application.ports import HistoryStore, MiniProgramStore
from catalog.application.read_model.entries import MiniProgramEntry
from catalog.application.read_model.shelf import Shelf, entry_of
from catalog.application.read_model.storefront import Viewer
from catalog.domain import version_history
from catalog.domain.mini_program import with_draft
from catalog.domain.testers import Tester, Testers
from runtime.errors import must_be_version
from runtime.outbox.changes import Change, Decide, Result


class TesterStore(Protocol):
    """The testers of each mini program, with their events."""

    async def get(self, aggregate_id: str) -> Testers | None: ...

    async def change(self, aggregate_id: str, decide: Decide[Testers]) -> Result[Testers]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...


class TesterLists:
    """The use cases of owners."""

    def __init__(self, testers: TesterStore, programs: MiniProgramStore, hosts: Hosts) -> None:
        self._testers = testers
        self._programs = programs
        self._hosts = hosts

    async def get(self, caller: Caller, mini_program_id: str) -> Testers:
        """The testers of one of the caller's mini programs; raises NotFound."""
        caller.owned(await self._programs.get(mini_program_id))
        return await self._testers.get(mini_program_id) or Testers(mini_program_id)

    async def put(
        self, caller: Caller, mini_program_id: str, viewers: Sequence[Tester], expected: int | None
    ) -> Testers:
        """Just these from now on. Raises NotFound, WrongContent for a new host that does not exist or is suspended, and VersionConflict."""
        program = caller.owned(await self._programs.get(mini_program_id))
        present = await self.get(caller, mini_program_id)
        kept = {one.host_id for one in present.viewers}
        named = [(f"viewers[{n}].host_id", one.host_id) for n, one in enumerate(viewers)]
        await self._hosts.must_be_active(named, kept)

        def decide(current: Testers | None) -> Change[Testers] | None:
            present = current or Testers(mini_program_id)
            must_be_version(expected, present.version)
            after = present.change(viewers)
            return Change(after, [testers_event(after, program)]) if after is not None else None

        result = await self._testers.change(mini_program_id, decide)
        return result.aggregate or Testers(mini_program_id)


class Trials:
    """Drafts as testers see them, read from the database at each call: testers are few."""

    def __init__(self, shelf: Shelf, programs: MiniProgramStore, histories: HistoryStore) -> None:
        self._shelf = shelf
        self._programs = programs
        self._histories = histories

    async def of(self, viewer: Viewer, mini_program_id: str) -> MiniProgramEntry | None:
        """The mini program with its newest draft, in a host that the draft asks for and that has not refused it.

        None for everybody who is no tester, and while the mini program or its owner is suspended.
        """
        if not self._shelf.is_tester(mini_program_id, viewer.host_id, viewer.viewer):
            return None
        program = await self._programs.get(mini_program_id)
        if program is None or program.state == "suspended" or program.closed_for_owner:
            return None
        history = await self._histories.get(mini_program_id) or version_history.of(program)
        return entry_of(with_draft(program, history.draft, history.testable_hosts))
