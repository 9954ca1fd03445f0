"""The limits on new codes of a mini program and of a sharer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sharecode.application.ports import Usage
from sharecode.domain.codes import Sharer
from sharecode.domain.errors import QuotaReached
from sharecode.domain.quota import Limit


@dataclass(frozen=True, slots=True)
class Quota:
    """Counts new codes against both limits; a repeated call for the same product is not counted."""

    usage: Usage
    of_program: Limit
    of_sharer: Limit

    async def take(self, sharer: Sharer, mini_program_id: str, now: datetime) -> None:
        """Count one new code. Raises QuotaReached, without counting, when either limit is reached."""
        taken: list[tuple[Limit, str]] = []
        for limit, whose in self._counters(sharer, mini_program_id):
            if not await self.usage.take(limit, whose, now):
                for earlier, of_whom in taken:
                    await self.usage.give_back(earlier, of_whom, now)
                raise QuotaReached(limit.most, limit.unit, limit.seconds_left(now))
            taken.append((limit, whose))

    async def give_back(self, sharer: Sharer, mini_program_id: str, now: datetime) -> None:
        """Undo a `take` whose code was not created."""
        for limit, whose in self._counters(sharer, mini_program_id):
            await self.usage.give_back(limit, whose, now)

    async def used(self, mini_program_id: str, now: datetime) -> int:
        """New codes of the mini program in the current window."""
        return await self.usage.used(self.of_program, mini_program_id, now)

    def _counters(self, sharer: Sharer, mini_program_id: str) -> tuple[tuple[Limit, str], tuple[Limit, str]]:
        return (self.of_sharer, f"{sharer.host_id}:{sharer.openid}"), (self.of_program, mini_program_id)
