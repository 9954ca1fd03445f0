"""The rule by which the search column is put in order. Everything that decides an order between kinds stands here.

1. `named`: mini programs that the query names (`names.py`), the longest name first; of the same name, the surest way of
   naming first, then the higher exposure priority, then the id.
2. `its_products`: products of the first of them, those that match the other words of the query; without other words, or
   when none matches, what sells best.
3. `products`: products of all mini programs of the host, by how well they match; the score of a product counts up to
   `exposure_weight` more with its mini program's exposure priority.
4. `related`: mini programs that are not named, but whose name begins like the query; by exposure priority.
5. `accounts`: settled-in accounts with the same or a like name; the same name first, then the more followed.

So a mini program always stands before accounts with the same or a like name. On later pages only products follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from search.domain.documents import MiniProgram
from search.domain.names import How, Naming

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
            raise ValueError("a mini program comes before accounts with a like name, a named one before all")

    def boosts(self, programs: Iterable[MiniProgram]) -> dict[str, float]:
        """What the scores of each mini program's products are multiplied by."""
        if not self.exposure_weight:
            return {}
        return {
            program.mini_program_id: 1 + self.exposure_weight * program.exposure_priority / 100
            for program in programs
            if program.exposure_priority
        }


def order_named(namings: Sequence[Naming], programs: Mapping[str, MiniProgram]) -> list[Naming]:
    """Namings in the order of the rule; they come with the longest name first."""
    lengths = {naming.mini_program_id: len(naming.written.replace(" ", "")) for naming in namings}

    def place(naming: Naming) -> tuple[bool, int, int, int, str]:
        program = programs[naming.mini_program_id]
        return (
            naming.how == How.TYPO,
            -lengths[naming.mini_program_id],
            naming.how,
            -program.exposure_priority,
            naming.mini_program_id,
        )

    return sorted(namings, key=place)
