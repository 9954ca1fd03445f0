"""Everything that can be found: mini programs, settled-in accounts, products."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Literal


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """A mini program as search knows it. `exposure_priority` is 0..100, higher is shown earlier."""

    mini_program_id: str
    name: str
    hosts: frozenset[str]
    published: bool = True
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    owner_id: str = ""
    owner_name: str = ""
    owner_name_en: str = ""
    owner_kind: Literal["brand", "platform", "celebrity"] = "brand"
    slogan: str = ""
    slogan_en: str = ""
    category: str = ""
    logo_url: str = ""
    exposure_priority: int = 0
    sponsored: bool = False
    shelves: dict[str, str] = field(default_factory=dict)
    shelves_en: dict[str, str] = field(default_factory=dict)
    version: int = 0

    @classmethod
    def unknown(cls, mini_program_id: str) -> MiniProgram:
        """A placeholder for a mini program whose products arrived before it: visible nowhere, older than any event."""
        return cls(mini_program_id, name="", hosts=frozenset(), published=False, version=-1)

    def shelf(self, category_id: str) -> str:
        """The names of a category, the Chinese one first; empty for one that it does not have."""
        names = (self.shelves.get(category_id, ""), self.shelves_en.get(category_id, ""))
        return " / ".join(filter(None, names))

    def visible_in(self, host_id: str) -> bool:
        """Whether the host's viewers may enter it."""
        return self.published and host_id in self.hosts


@dataclass(frozen=True, slots=True)
class Account:
    """A merchant's or creator's account on one host."""

    account_id: str
    host_id: str
    name: str
    kind: Literal["merchant", "creator"] = "merchant"
    bio: str = ""
    avatar_url: str = ""
    followers: int = 0
    active: bool = True
    version: int = 0


@dataclass(frozen=True, slots=True)
class Sku:
    """A stock keeping unit; `price` in minor units."""

    sku_id: str
    price: int
    available: bool = True


@dataclass(frozen=True, slots=True)
class Product:
    """A product of a mini program. A delisted one is kept for its version, so that a late older event changes nothing."""

    product_id: str
    mini_program_id: str
    title: str
    skus: tuple[Sku, ...]
    title_en: str = ""
    brand: str = ""
    brand_en: str = ""
    model: str = ""
    description: str = ""
    category_id: str = ""
    shelf: str = ""
    """The names that its mini program gives its category."""
    attributes: dict[str, str] = field(default_factory=dict)
    attributes_en: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    """What buyers choose from: sizes, colours."""
    image_url: str = ""
    sales: int = 0
    rating: float | None = None
    listed: bool = True
    version: int = 0

    @property
    def price(self) -> int:
        """The lowest price of an available SKU, or of any SKU when none is available; minor units."""
        skus = self.skus
        if len(skus) == 1:
            return skus[0].price
        prices = [sku.price for sku in skus if sku.available] or [sku.price for sku in skus]
        return min(prices, default=0)

    @property
    def in_stock(self) -> bool:
        """Whether any SKU is available."""
        return True in [sku.available for sku in self.skus]


@lru_cache(maxsize=32_768)  # a batch of events needs each several times
def number_of(identifier: str) -> int:
    """The number that stands for an id in an index and in cursors: 56 bits, so that a million ids do not collide."""
    return int.from_bytes(blake2b(identifier.encode(), digest_size=7).digest(), "big")
