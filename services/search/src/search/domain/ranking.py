"""The order of the search column. Everything that decides the order between kinds of results is here.

1. `named`: mini programs that the query names (`name_book.py`), the longest name first; for the same name, the most
   certain match first, then the higher exposure priority, then the id.
2. `its_products`: products of the first of them that match the other words of the query; without other words, or
   when none matches, its best sellers.
3. `products`: products of all mini programs of the host, by score; the exposure priority of a mini program raises the
   scores of its products by up to `exposure_weight`.
4. `related`: mini programs that are not named, but whose name begins like the query; by exposure priority.
5. `accounts`: settled-in accounts with the same or a similar name; the same name first, then by followers.

So a mini program always comes before accounts with the same or a similar name. Later pages hold only products.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from search.domain.documents import MiniProgram, number_of
from search.domain.names import MatchKind, NameMatch

Part = Literal["named", "its_products", "products", "related", "accounts"]


@dataclass(frozen=True, slots=True)
class RankingRule:
    """The order of the parts, and how many results each may have at most."""

    order: tuple[Part, ...] = ("named", "its_products", "products", "related", "accounts")
    named: int = 5
    its_products: int = 6
    related: int = 3
    accounts: int = 5
    exposure_weight: float = 0.1

    def __post_init__(self) -> None:
        if self.order[0] != "named" or self.order.index("related") > self.order.index("accounts"):
            raise ValueError(
                "a mini program comes before accounts with a similar name, a named one before everything"
            )

    def boosts(self, programs: Iterable[MiniProgram]) -> dict[int, float]:
        """The factor for the scores of each mini program's products, by the mini program's number."""
        if not self.exposure_weight:
            return {}
        return {
            number_of(program.mini_program_id): 1 + self.exposure_weight * program.exposure_priority / 100
            for program in programs
            if program.exposure_priority
        }


def order_named(matches: Sequence[NameMatch], programs: Mapping[str, MiniProgram]) -> list[NameMatch]:
    """Matches in the order of the rule."""
    lengths = {match.mini_program_id: len(match.text.replace(" ", "")) for match in matches}

    def order(match: NameMatch) -> tuple[bool, int, int, int, str]:
        program = programs[match.mini_program_id]
        return (
            match.kind == MatchKind.TYPO,
            -lengths[match.mini_program_id],
            match.kind,
            -program.exposure_priority,
            match.mini_program_id,
        )

    return sorted(matches, key=order)
