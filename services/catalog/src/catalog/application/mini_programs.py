"""Registering, changing, publishing and suspending mini programs."""

from __future__ import annotations

from collections.abc import Callable

from catalog.application.caller import Caller
from catalog.application.contracts_out import mini_program_event
from catalog.application.ports import MiniProgramStore
from catalog.application.terms import SpreadTerms
from catalog.domain import mini_program as rules
from catalog.domain.errors import must_exist
from catalog.domain.mini_program import Changed, MiniProgram, MiniProgramDetails
from runtime.clock import Clock
from runtime.outbox.changes import Change

NAME = "this mini program"


class MiniPrograms:
    """The use cases of mini programs."""

    def __init__(self, programs: MiniProgramStore, spread_terms: SpreadTerms, clock: Clock) -> None:
        self._programs = programs
        self._spread_terms = spread_terms
        self._clock = clock

    async def put(
        self, caller: Caller, mini_program_id: str, details: MiniProgramDetails
    ) -> tuple[MiniProgram, bool]:
        """Register it, or replace its details; gives it and whether it is new.

        Raises NotFound if it is somebody else's, OperatorsOnly if an owner changes what was reviewed.
        """

        def decide(current: MiniProgram | None) -> Change[MiniProgram] | None:
            if current is None:
                return self._change(rules.register(mini_program_id, details))
            caller.owned(current)
            return self._change(rules.change(current, details, by_operator=caller.is_operator))

        result = await self._programs.change(mini_program_id, decide)
        self._spread_terms.request(mini_program_id)
        return must_exist(result.aggregate, NAME), result.created

    async def publish(self, mini_program_id: str) -> MiniProgram:
        """Raises NotFound, and Refused while it is suspended."""
        return await self._move(mini_program_id, rules.publish)

    async def suspend(self, mini_program_id: str, reason: str) -> MiniProgram:
        """Raises NotFound, and Refused if it was never published."""
        return await self._move(mini_program_id, lambda current: rules.suspend(current, reason))

    async def reinstate(self, mini_program_id: str) -> MiniProgram:
        """Raises NotFound, and Refused if it was never published."""
        return await self._move(mini_program_id, rules.reinstate)

    async def get(self, caller: Caller, mini_program_id: str) -> MiniProgram:
        """One of the caller's; raises NotFound."""
        return caller.owned(await self._programs.get(mini_program_id))

    async def page(self, caller: Caller, after: str | None, limit: int) -> list[MiniProgram]:
        """The caller's (an operator's are all), in order of their ids, from the one after `after`."""
        return await self._programs.page(caller.owner_id, after, limit)

    async def _move(self, mini_program_id: str, rule: Callable[[MiniProgram], Changed | None]) -> MiniProgram:
        result = await self._programs.change(
            mini_program_id, lambda current: self._change(rule(must_exist(current, NAME)))
        )
        return must_exist(result.aggregate, NAME)

    def _change(self, changed: Changed | None) -> Change[MiniProgram] | None:
        if changed is None:
            return None
        return Change(changed[0], [mini_program_event(*changed)], {"created_at": self._clock()})
