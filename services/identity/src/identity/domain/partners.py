"""Hosts and creators: those besides owners for whom clients act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

PartnerKind = Literal["host", "creator"]


@dataclass(frozen=True, slots=True)
class Partner:
    """A host app or a creator. While it is suspended, its clients get no tokens and those that they have are refused."""

    partner_id: str
    kind: PartnerKind
    name: str
    suspended: bool = False
    reasons: tuple[str, ...] = ()
    version: int = 1

    def rename(self, name: str) -> Partner | None:
        """The partner with this name; None if it has it."""
        return None if name == self.name else replace(self, name=name, version=self.version + 1)

    def suspend(self, reasons: tuple[str, ...]) -> Partner | None:
        """None if it is suspended for these reasons already."""
        if self.suspended and self.reasons == reasons:
            return None
        return replace(self, suspended=True, reasons=reasons, version=self.version + 1)

    def reinstate(self) -> Partner | None:
        """None if it is not suspended."""
        return (
            replace(self, suspended=False, reasons=(), version=self.version + 1) if self.suspended else None
        )
