"""Mini programs follow their owners: name, kind, and suspension."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.application.contracts_out import mini_program_event
from catalog.application.ports import MiniProgramStore, OwnerRegister
from catalog.domain import mini_program as rules
from catalog.domain.errors import must_exist
from catalog.domain.mini_program import MiniProgram
from catalog.domain.owner import Owner
from contracts.identity import OwnerState
from runtime.listing import Asked, ById
from runtime.outbox.changes import Change

PAGE = 100


class FollowOwners:
    """Idempotent: every mini program is brought to what its owner is by now."""

    def __init__(self, owners: OwnerRegister, programs: MiniProgramStore) -> None:
        self._owners = owners
        self._programs = programs

    async def __call__(self, events: Sequence[OwnerState]) -> None:
        """Learn these owners, and change their mini programs."""
        await self._owners.learn(events)
        for owner_id in {event.owner_id for event in events}:
            await self._follow(owner_id)

    async def _follow(self, owner_id: str) -> None:
        """Until the owner stays the same: a slow replica must not leave what it read before another one learned more."""
        followed, owner = None, await self._owners.get(owner_id)
        while owner is not None and owner != followed:
            await self._apply(owner)
            followed, owner = owner, await self._owners.get(owner_id)

    async def _apply(self, owner: Owner) -> None:
        def decide(current: MiniProgram | None) -> Change[MiniProgram] | None:
            changed = rules.take_owner(must_exist(current, "this mini program"), owner)
            return Change(changed[0], [mini_program_event(*changed)]) if changed is not None else None

        asked: Asked | None = ById()
        while asked is not None:
            page = await self._programs.page(owner.owner_id, asked, PAGE)
            for program in page.items:
                await self._programs.change(program.mini_program_id, decide)
            asked = page.following
