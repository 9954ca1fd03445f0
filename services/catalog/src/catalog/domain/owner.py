"""An owner, as far as the catalog needs to know: who it is, and whether it may release versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from catalog.domain.errors import Refused

OwnerKind = Literal["brand", "platform", "celebrity"]


@dataclass(frozen=True, slots=True)
class Owner:
    """`status` is `verified` for one that may release; the reasons say why it is rejected or suspended."""

    owner_id: str
    name: str
    kind: OwnerKind
    status: Literal["applied", "verified", "rejected", "suspended"]
    reasons: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The reasons as one text."""
        return " ".join(self.reasons)


def may_release(owner: Owner | None) -> None:
    """Raises Refused, with the reasons, if the owner may not release versions. None is an owner who never applied."""
    if owner is None or owner.status == "applied":
        raise Refused(
            "owner_not_verified", "The owner is not verified yet. An operator has to approve the application."
        )
    if owner.status == "rejected":
        raise Refused("owner_not_verified", f"The owner's application was rejected. {owner.why}".strip())
    if owner.status == "suspended":
        raise Refused("owner_suspended", f"The owner is suspended. {owner.why}".strip())
