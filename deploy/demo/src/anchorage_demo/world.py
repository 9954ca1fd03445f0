"""The demo world's model: plain frozen records, complete and consistent once loaded.

Money is integer fen (1/100 CNY), commission integer basis points (1/100 %). Secrets are no part of it:
whoever loads the world into running services makes them then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from anchorage_demo.text import Text

OwnerKind = Literal["brand", "platform", "celebrity"]
HostKind = Literal["short_video", "news"]
MiniProgramCategory = Literal["ecommerce", "game"]
Hair = Literal["short", "long", "bun", "bob"]
Scene = Literal["room", "studio", "hills", "night"]


@dataclass(frozen=True, slots=True)
class Host:
    host_id: str
    name: Text
    about: Text
    kind: HostKind
    colour: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Owner:
    owner_id: str
    name: Text
    kind: OwnerKind
    client_id: str


@dataclass(frozen=True, slots=True)
class Operator:
    operator_id: str
    name: Text
    client_id: str


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """Shares of a line's paid amount, in basis points."""

    creator_bps: int
    platform_bps: int


@dataclass(frozen=True, slots=True)
class Category:
    """A category of one store. The colours are used in its products' pictures."""

    category_id: str
    name: Text
    accent: str
    backdrop: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the store's page above its products."""

    kind: Literal["banner", "grid", "list"]
    title: Text
    product_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MiniProgram:
    """A shop or a game. A game has neither categories nor commission."""

    mini_program_id: str
    owner_id: str
    name: Text
    slogan: Text
    about: Text
    aliases: tuple[str, ...]
    category: MiniProgramCategory
    host_ids: tuple[str, ...]
    exposure_priority: int
    colour: str
    mark: str
    categories: tuple[Category, ...] = ()
    window: tuple[str, ...] = ()
    """The products that the banner shows, back to front."""
    sections: tuple[Section, ...] = ()
    commission: CommissionTerms | None = None

    @property
    def logo_name(self) -> str:
        return f"logo_{self.mini_program_id}"

    @property
    def banner_name(self) -> str:
        return f"banner_{self.mini_program_id}"


@dataclass(frozen=True, slots=True)
class Attribute:
    key: str
    name: Text
    value: Text


@dataclass(frozen=True, slots=True)
class Sku:
    """A variant that can be bought. `attributes` distinguish it from the other SKUs of its product."""

    sku_id: str
    attributes: tuple[Attribute, ...]
    price_fen: int
    stock: int
    image_name: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a product in one of its colours, served as `/media/<name>.svg`."""

    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Product:
    product_id: str
    mini_program_id: str
    category_id: str
    title: Text
    description: Text
    brand: Text
    model: Text
    attributes: tuple[Attribute, ...]
    skus: tuple[Sku, ...]
    rating: float
    sold: int
    commission: CommissionTerms
    pictures: tuple[Picture, ...]
    art: str
    accent: str
    backdrop: str

    @property
    def image_name(self) -> str:
        return self.pictures[0].name


@dataclass(frozen=True, slots=True)
class Account:
    """An account that people can follow inside one host: a merchant's, or a creator's (with the hair of its portrait)."""

    account_id: str
    host_id: str
    name: Text
    about: Text
    followers: int
    colour: str
    creator_id: str | None = None
    hair: Hair | None = None

    @property
    def avatar_name(self) -> str:
        return f"avatar_{self.account_id}"


@dataclass(frozen=True, slots=True)
class Creator:
    creator_id: str
    name: Text
    about: Text
    client_id: str
    account_ids: Mapping[str, str]
    """The creator's account in each host, by host id."""


@dataclass(frozen=True, slots=True)
class Anchor:
    anchor_id: str
    title: Text
    product_id: str


@dataclass(frozen=True, slots=True)
class Video:
    video_id: str
    host_id: str
    creator_id: str
    title: Text
    seconds: int
    likes: int
    scene: Scene
    anchors: tuple[Anchor, ...]

    @property
    def cover_name(self) -> str:
        return f"cover_{self.video_id}"


@dataclass(frozen=True)
class World:
    """Everything the demo holds. `shops` are the mini programs that sell; the others are games."""

    hosts: tuple[Host, ...]
    owners: tuple[Owner, ...]
    operators: tuple[Operator, ...]
    mini_programs: tuple[MiniProgram, ...]
    products: tuple[Product, ...]
    accounts: tuple[Account, ...]
    creators: tuple[Creator, ...]
    videos: tuple[Video, ...]

    @property
    def shops(self) -> tuple[MiniProgram, ...]:
        return tuple(program for program in self.mini_programs if program.category == "ecommerce")

    @property
    def shop_owners(self) -> tuple[Owner, ...]:
        owning = {shop.owner_id for shop in self.shops}
        return tuple(owner for owner in self.owners if owner.owner_id in owning)

    def products_of(self, mini_program_id: str) -> tuple[Product, ...]:
        return tuple(product for product in self.products if product.mini_program_id == mini_program_id)

    def mini_program(self, mini_program_id: str) -> MiniProgram:
        return self._mini_programs[mini_program_id]

    def product(self, product_id: str) -> Product:
        return self._products[product_id]

    def creator(self, creator_id: str) -> Creator:
        return self._creators[creator_id]

    @cached_property
    def _mini_programs(self) -> dict[str, MiniProgram]:
        return {program.mini_program_id: program for program in self.mini_programs}

    @cached_property
    def _products(self) -> dict[str, Product]:
        return {product.product_id: product for product in self.products}

    @cached_property
    def _creators(self) -> dict[str, Creator]:
        return {creator.creator_id: creator for creator in self.creators}
