"""The caller of a command: an owner, who may change their own, or an operator, who may change anything."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.application.ports import OwnerRegister
from catalog.domain.errors import NotFound, OwnerSuspended
from catalog.domain.mini_program import MiniProgram


@dataclass(frozen=True, slots=True)
class Caller:
    """`owner_id` is None for an operator."""

    owner_id: str | None

    @property
    def is_operator(self) -> bool:
        return self.owner_id is None

    def owned(self, program: MiniProgram | None, named: str = "this mini program") -> MiniProgram:
        """`program`; raises NotFound if it does not exist or is somebody else's: the caller cannot tell which.

        `named` is what the caller asked for, if that is something in the mini program.
        """
        if program is None or (not self.is_operator and program.details.owner_id != self.owner_id):
            raise NotFound(named)
        return program


async def may_prepare(owner_id: str | None, owners: OwnerRegister) -> None:
    """Raises OwnerSuspended, with the reasons, while the owner is: it prepares nothing then. An operator (None) may.

    The runtime refuses its calls too, within 5 seconds of the suspension; this holds from the event on, and for feeds.
    """
    owner = await owners.get(owner_id) if owner_id is not None else None
    if owner is not None and owner.status == "suspended":
        raise OwnerSuspended(
            f"This owner is suspended. {owner.why} An operator of the platform can lift the suspension."
        )
