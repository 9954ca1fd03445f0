"""Who writes: an owner, on what is theirs, or an operator, on anything."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.domain.errors import NotThere
from catalog.domain.mini_program import MiniProgram


@dataclass(frozen=True, slots=True)
class Caller:
    """`owner_id` None is an operator."""

    owner_id: str | None

    @property
    def is_operator(self) -> bool:
        """Whether anything may be touched."""
        return self.owner_id is None

    def must_own(self, program: MiniProgram | None) -> MiniProgram:
        """`program`; raises NotThere when it does not exist, or is somebody else's: the caller cannot tell which."""
        if program is None or (not self.is_operator and program.face.owner_id != self.owner_id):
            raise NotThere("this mini program")
        return program
