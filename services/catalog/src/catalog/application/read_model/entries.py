"""What the shelf keeps of each aggregate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.application.read_model.rendering import PageParts
from catalog.domain.mini_program import MiniProgramState

StorePosition = tuple[int, str]
"""(created at in ms, product_id): products are listed in the order in which they were created, so no change moves one."""
EntrancePosition = tuple[int, int, str]
"""How the entrance sorts: by exposure priority, then sponsored ones first, then by id."""


@dataclass(slots=True)
class ProductEntry:
    """A product, rendered. `low_at` is by SKU, without those that have none. `page` is None until somebody asks for it after a change of its stock levels."""

    product_id: str
    mini_program_id: str
    version: int
    listed: bool
    position: StorePosition
    category_id: str
    terms_version: int
    price: int
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
    """The listed products of one mini program by category (None for all), and the lists that were rendered."""

    listed: dict[str | None, list[StorePosition]] = field(default_factory=dict)
    rendered: dict[tuple[str | None, StorePosition | None, int], bytes] = field(default_factory=dict)
