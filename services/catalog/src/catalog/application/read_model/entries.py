"""What the shelf keeps of each aggregate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from catalog.application.read_model.rendering import PageParts
from catalog.domain.mini_program import MiniProgramState

StorePosition = tuple[int, str]
"""(a number that products are sorted by, product_id). Without a sort that is the creation time in ms, so no change moves a product."""
EntrancePosition = tuple[int, int, str]
"""How the entrance sorts: by exposure priority, then sponsored ones first, then by id."""


Position = TypeVar("Position")


@dataclass(frozen=True, slots=True)
class Part(Generic[Position]):
    """Which part of a list: at most `limit` items from the one after `after`. Its next cursor is for the list `listed` only."""

    listed: str
    after: Position | None
    limit: int


StoreSort = Literal["price_asc", "price_desc", "sales", "newest"]


@dataclass(frozen=True, slots=True)
class StoreFilter:
    """Which products of a store to list; None excludes nothing. `product_ids` are listed in their own order, whatever `sort` says."""

    category_id: str | None = None
    product_ids: tuple[str, ...] | None = None
    in_stock: bool | None = None
    sort: StoreSort | None = None


@dataclass(slots=True)
class ProductEntry:
    """A product, rendered. `low_at` is by SKU, without those that have none. `page` is None from a change of its stock levels until the next request for it."""

    product_id: str
    mini_program_id: str
    version: int
    listed: bool
    position: StorePosition
    category_id: str
    terms_version: int
    price: int
    sales: int
    image: str
    sku_ids: tuple[str, ...]
    low_at: Mapping[str, int]
    parts: PageParts
    card: bytes
    page: bytes | None = None


@dataclass(slots=True)
class MiniProgramEntry:
    """A mini program, rendered."""

    mini_program_id: str
    version: int
    state: MiniProgramState
    hosts: frozenset[str]
    position: EntrancePosition
    card: bytes
    head: bytes


@dataclass(slots=True)
class StoreEntry:
    """The listed products of one mini program by category (None for all), and what was sorted and rendered since a change."""

    listed: dict[str | None, list[StorePosition]] = field(default_factory=dict)
    sorted: dict[tuple[str | None, StoreSort], list[StorePosition]] = field(default_factory=dict)
    rendered: dict[Part[StorePosition], bytes] = field(default_factory=dict)
