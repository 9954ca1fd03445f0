"""The caller of a command: an owner, who may change their own, or an operator, who may change anything."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.domain.errors import NotFound
from catalog.domain.mini_program import MiniProgram


@dataclass(frozen=True, slots=True)
class Caller:
    """`owner_id` is None for an operator."""

    owner_id: str | None

    @property
    def is_operator(self) -> bool:
        return self.owner_id is None

    def owned(self, program: MiniProgram | None) -> MiniProgram:
        """`program`; raises NotFound if it does not exist or is somebody else's: the caller cannot tell which."""
        if program is None or (not self.is_operator and program.details.owner_id != self.owner_id):
            raise NotFound("this mini program")
        return program
