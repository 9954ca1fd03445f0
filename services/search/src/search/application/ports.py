"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from search.domain.cards import Card


class Cards(Protocol):
    """What lists show of products."""

    def cards(self, numbers: Sequence[int]) -> dict[int, Card]:
        """The cards of these products, by number; those unknown or not listed are left out."""
