"""Who sees a mini program's draft before viewers do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Tester:
    """A user of a host, by the pseudonym that session tokens carry; the host's own user id is not stored."""

    host_id: str
    viewer: str


@dataclass(frozen=True, slots=True)
class Testers:
    """The aggregate; `version` counts its changes. A mini program whose owner has named none has none."""

    mini_program_id: str
    viewers: tuple[Tester, ...] = ()
    version: int = 0

    def change(self, viewers: Iterable[Tester]) -> Testers | None:
        """Just these from then on; None if they are the same."""
        wanted = tuple(dict.fromkeys(viewers))
        if set(wanted) == set(self.viewers):
            return None
        return replace(self, viewers=wanted, version=self.version + 1)
