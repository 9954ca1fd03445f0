"""Registering, changing, publishing and suspending mini programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.adapters.aggregates import Aggregates
from catalog.application import events
from catalog.application.caller import Caller
from catalog.domain import mini_program as rules
from catalog.domain.errors import NotThere
from catalog.domain.mini_program import Change, Face, MiniProgram
from contracts.event import Event


class MiniPrograms:
    """The use cases of mini programs."""

    def __init__(self, programs: Aggregates[MiniProgram]) -> None:
        self._programs = programs

    async def put(self, caller: Caller, mini_program_id: str, face: Face) -> tuple[MiniProgram, bool]:
        """Register it, or change it to `face`; answers it and whether it is new.

        Raises NotThere when it is somebody else's, OperatorsOnly when an owner changes what was reviewed.
        """

        def decide(current: MiniProgram | None) -> tuple[MiniProgram, Sequence[Event]]:
            if current is None:
                change = rules.register(mini_program_id, face)
            else:
                change = rules.change(caller.must_own(current), face, by_operator=caller.is_operator)
            return change[0], events.of_mini_program(*change)

        return await self._programs.change(mini_program_id, decide)

    async def move(self, mini_program_id: str, rule: Callable[[MiniProgram], Change]) -> MiniProgram:
        """Publish, suspend or reinstate it, as `rule` says; raises NotThere, and Refused when its state forbids it."""

        def decide(current: MiniProgram | None) -> tuple[MiniProgram, Sequence[Event]]:
            if current is None:
                raise NotThere("this mini program")
            change = rule(current)
            return change[0], events.of_mini_program(*change)

        program, _ = await self._programs.change(mini_program_id, decide)
        return program

    async def get(self, caller: Caller, mini_program_id: str) -> MiniProgram:
        """One of the caller's; raises NotThere."""
        return caller.must_own(await self._programs.get(mini_program_id))

    async def of(self, caller: Caller, after: str | None, limit: int) -> list[MiniProgram]:
        """The caller's, in the order of their ids."""
        own = {} if caller.is_operator else {"owner.owner_id": caller.owner_id}
        return await self._programs.find(own, after, limit)
