"""Who may promote a mini program's products in videos."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.errors import WrongContent

Who = Literal["nobody", "invited", "anyone"]


@dataclass(frozen=True, slots=True)
class Promotion:
    """The aggregate; `version` counts its changes. A mini program whose owner has said nothing lets anyone promote it."""

    mini_program_id: str
    who: Who = "anyone"
    creator_ids: tuple[str, ...] = ()
    version: int = 0

    def allows(self, creator_id: str) -> bool:
        """Whether this creator's anchors may lead to the mini program."""
        return self.who == "anyone" or (self.who == "invited" and creator_id in self.creator_ids)

    def change(self, who: Who, creator_ids: Iterable[str]) -> Promotion | None:
        """What the owner says from then on; None if it is the same. Raises WrongContent."""
        invited = tuple(dict.fromkeys(creator_ids))
        if invited and who != "invited":
            raise WrongContent(("creator_ids", 'only for "who": "invited"'))
        if (who, invited) == (self.who, self.creator_ids):
            return None
        return replace(self, who=who, creator_ids=invited, version=self.version + 1)
