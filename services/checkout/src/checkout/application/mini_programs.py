"""Takes over mini programs from catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from checkout.application.ports import OrderQueries, Registry
from contracts.catalog import MiniProgramState


@dataclass(frozen=True, slots=True)
class LearnMiniPrograms:
    """A new mini program's collection exists before the registry knows it, so no order ever waits for it."""

    registry: Registry
    queries: OrderQueries

    async def __call__(self, states: Sequence[MiniProgramState]) -> None:
        for mini_program_id in {state.mini_program_id for state in states}:
            if self.registry.get(mini_program_id) is None:
                await self.queries.prepare(mini_program_id)
        await self.registry.learn(states)
