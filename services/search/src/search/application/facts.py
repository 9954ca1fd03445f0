"""What events mean to search."""

from __future__ import annotations

from dataclasses import dataclass

from search.domain.documents import Account, MiniProgram, Product


@dataclass(frozen=True, slots=True)
class StockLevel:
    """The available items of a SKU."""

    sku_id: str
    product_id: str
    version: int
    available: int


@dataclass(frozen=True, slots=True)
class SearchMade:
    """A known viewer searched the column."""

    host_id: str
    query: str
    viewer: str


Fact = MiniProgram | Account | Product | StockLevel | SearchMade
