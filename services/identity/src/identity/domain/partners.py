"""Hosts and creators: those besides owners for whom clients act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

PartnerKind = Literal["host", "creator"]


@dataclass(frozen=True, slots=True)
class Partner:
    """A host app or a creator. While it is suspended, its clients get no tokens and all their calls are refused.

    A host's payers may return to its `return_origins`, and to those of the client that opened their session.
    """

    partner_id: str
    kind: PartnerKind
    name: str
    suspended: bool = False
    reasons: tuple[str, ...] = ()
    version: int = 1
    return_origins: tuple[str, ...] = ()

    def enter(self, name: str, return_origins: tuple[str, ...] | None) -> Partner | None:
        """The partner with this name and, unless None, these origins; None if it has them."""
        origins = self.return_origins if return_origins is None else return_origins
        if (name, origins) == (self.name, self.return_origins):
            return None
        return replace(self, name=name, return_origins=origins, version=self.version + 1)

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
