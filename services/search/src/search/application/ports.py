"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from search.domain.cards import Card
from search.domain.documents import Account, MiniProgram, Product

Position = tuple[str, int]
"""Topic and partition."""


class Cards(Protocol):
    """What lists show of products."""

    def cards(self, numbers: Sequence[int]) -> dict[int, Card]:
        """The cards of these products, by number; those unknown or not listed are left out."""


class Memory(Cards, Protocol):
    """All that is known of things, and how far each stream was read, durably."""

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside become durable together, or none."""

    def mini_programs(self) -> list[MiniProgram]:
        """All mini programs, in whatever state."""

    def put_mini_programs(self, programs: Iterable[MiniProgram]) -> None:
        """Remember these mini programs."""

    def accounts(self) -> list[Account]:
        """All accounts, active or not."""

    def put_accounts(self, accounts: Iterable[Account]) -> None:
        """Remember these accounts."""

    def versions(self, product_ids: Iterable[str]) -> dict[int, int]:
        """The version that is known of each product, by number."""

    def products(self, numbers: Sequence[int]) -> list[Product]:
        """These products as they were put last, listed or not."""

    def put_products(self, products: Iterable[Product]) -> None:
        """Remember these products."""

    def stock(self, sku_ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
        """Product's number, version and how many are available, by SKU."""

    def put_stock(self, rows: Iterable[tuple[str, str, int, int]]) -> None:
        """Remember SKU, product id, version, available."""

    def note_asker(self, host_id: str, query: str, viewer: str, enough: int) -> bool:
        """Count a viewer of a query once; whether it has now been asked by `enough` of them."""

    def popular(self) -> list[tuple[str, str, int]]:
        """Host, query and how often viewers asked it, for queries that several asked."""

    def offsets(self) -> dict[Position, int]:
        """The next record to read, by topic and partition."""

    def put_offsets(self, offsets: Mapping[Position, int]) -> None:
        """Remember how far was read."""

    def fact(self, name: str) -> str | None:
        """What was remembered under a name."""

    def put_fact(self, name: str, value: str) -> None:
        """Remember a value under a name."""
