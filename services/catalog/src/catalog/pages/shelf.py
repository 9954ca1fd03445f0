"""Everything that viewers see, in memory: rendered parts by document version, stock numbers beside them.

Whatever is put here carries its document's version, and an older version never replaces a newer one, so that it does not
matter in which order the change stream, the first load and this replica's own writes arrive.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from datetime import UTC, datetime

from catalog.domain.availability import MiniProgramState, Reason, why_unavailable
from catalog.pages import rendering
from catalog.pages.cursors import write_cursor
from runtime.mongo.client import Document

PAGES_KEPT = 512
"""Rendered lists of one store, by what was asked for; more are made anew."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
StoreKey = tuple[int, str]
"""(created at in ms, product_id): products are listed in the order in which they came, so that no change moves one."""


@dataclass(slots=True)
class Level:
    """A SKU's number, as far as known."""

    available: int
    version: int
    product_id: str = ""
    mini_program_id: str = ""


@dataclass(slots=True)
class ProductEntry:
    """A product, rendered."""

    product_id: str
    mini_program_id: str
    version: int
    listed: bool
    key: StoreKey
    category_id: str
    terms_version: int
    price: int
    image: str
    sku_ids: tuple[str, ...]
    parts: tuple[bytes, tuple[bytes, ...], bytes]
    card: bytes
    page: bytes | None = None


@dataclass(slots=True)
class MiniProgramEntry:
    """A mini program, rendered, with the order of its products."""

    mini_program_id: str
    version: int
    state: MiniProgramState
    hosts: frozenset[str]
    place: tuple[int, int, str]
    """How the entrance sorts: exposure priority first, then sponsored ones, then by id."""
    card: bytes
    head: bytes


@dataclass(slots=True)
class Store:
    """What is on the shelf of one mini program; `shelves` by category, None for all."""

    shelves: dict[str | None, list[StoreKey]] = field(default_factory=dict)
    rendered: dict[tuple[str | None, StoreKey | None, int], bytes] = field(default_factory=dict)


class Shelf:
    """The read model of one replica."""

    def __init__(self) -> None:
        self.mini_programs: dict[str, MiniProgramEntry] = {}
        self.products: dict[str, ProductEntry] = {}
        self.videos: dict[str, Document] = {}
        self.levels: dict[str, Level] = {}
        self._stores: dict[str, Store] = {}

    def put(self, collection: str, document: Document) -> None:
        """Take a document of one of the collections, unless a newer one is here."""
        {
            "mini_programs": self._put_mini_program,
            "products": self._put_product,
            "videos": self._put_video,
            "stock": self.put_level,
        }[collection](document)

    def _put_mini_program(self, document: Document) -> None:
        mini_program_id = document["_id"]
        known = self.mini_programs.get(mini_program_id)
        if known is not None and known.version >= document["version"]:
            return
        self.mini_programs[mini_program_id] = MiniProgramEntry(
            mini_program_id=mini_program_id,
            version=document["version"],
            state=document["state"],
            hosts=frozenset(document["hosts"]),
            place=(-document["exposure_priority"], 0 if document["sponsored"] else 1, mini_program_id),
            card=rendering.mini_program_card(document),
            head=rendering.store_head(document),
        )

    def _put_product(self, document: Document) -> None:
        product_id = document["_id"]
        known = self.products.get(product_id)
        if known is not None and known.version >= document["version"]:
            return
        created = document["created_at"]
        entry = self.products[product_id] = ProductEntry(
            product_id=product_id,
            mini_program_id=document["mini_program_id"],
            version=document["version"],
            listed=document["listed"],
            key=(round((created - EPOCH).total_seconds() * 1000), product_id),
            category_id=document["category_id"],
            terms_version=document["terms"]["terms_version"],
            price=rendering.price_from(document),
            image=document["images"][0],
            sku_ids=tuple(sku["sku_id"] for sku in document["skus"]),
            parts=rendering.page_parts(document),
            card=rendering.product_card(document),
        )
        self._arrange(known, entry)

    def _arrange(self, known: ProductEntry | None, entry: ProductEntry) -> None:
        store = self._stores.setdefault(entry.mini_program_id, Store())
        store.rendered.clear()
        if known is not None and known.listed:
            for category in (None, known.category_id):
                keys = store.shelves[category]
                del keys[bisect_left(keys, known.key)]
        if entry.listed:
            for category in (None, entry.category_id):
                insort(store.shelves.setdefault(category, []), entry.key)

    def _put_video(self, document: Document) -> None:
        known = self.videos.get(document["_id"])
        if known is None or known["version"] < document["version"]:
            self.videos[document["_id"]] = document

    def put_level(self, document: Document) -> None:
        """Take a SKU's number: `_id`, `available`, `version`, and for a new SKU `product_id` and `mini_program_id`."""
        sku_id, available, version = document["_id"], document["available"], document["version"]
        level = self.levels.get(sku_id)
        if level is None:
            level = self.levels[sku_id] = Level(available, version)
            before = -1
        elif level.version >= version:
            return
        else:
            before, level.available, level.version = level.available, available, version
        level.product_id = document.get("product_id", level.product_id)
        level.mini_program_id = document.get("mini_program_id", level.mini_program_id)
        product = self.products.get(level.product_id)
        if product is None or before == available:
            return
        product.page = None
        if (before > 0) != (available > 0):
            self._stores[product.mini_program_id].rendered.clear()

    def available(self, product: ProductEntry) -> list[int]:
        """The number of each SKU, in the product's order."""
        levels = self.levels
        return [levels[sku_id].available if sku_id in levels else 0 for sku_id in product.sku_ids]

    def page(self, product: ProductEntry) -> bytes:
        """The product's page."""
        if product.page is None:
            product.page = rendering.product_page(product.parts, self.available(product))
        return product.page

    def store(
        self, program: MiniProgramEntry, category: str | None, after: StoreKey | None, limit: int
    ) -> bytes:
        """The products of a store (a page of ProductCard), from the one after `after`."""
        store = self._stores.get(program.mini_program_id)
        if store is None:
            return rendering.listing([], None)
        asked = (category, after, limit)
        known = store.rendered.get(asked)
        if known is None:
            if len(store.rendered) >= PAGES_KEPT:
                store.rendered.clear()
            known = store.rendered[asked] = self._listing(store, category, after, limit)
        return known

    def _listing(self, store: Store, category: str | None, after: StoreKey | None, limit: int) -> bytes:
        keys = store.shelves.get(category, [])
        start = bisect_right(keys, after) if after is not None else 0
        chosen = keys[start : start + limit]
        cards = [self._card(self.products[product_id]) for _, product_id in chosen]
        more = start + limit < len(keys)
        return rendering.listing(cards, write_cursor(chosen[-1]) if more else None)

    def _card(self, product: ProductEntry) -> bytes:
        return product.card + (b"true}" if any(n > 0 for n in self.available(product)) else b"false}")

    def entrance(self, host_id: str, after: tuple[int, int, str] | None, limit: int) -> bytes:
        """The entrance list of a host (a page of MiniProgramCard), from the one after `after`."""
        entered = sorted(
            (p.place, p.card)
            for p in self.mini_programs.values()
            if p.state == "published" and host_id in p.hosts and (after is None or p.place > after)
        )
        chosen = entered[:limit]
        cursor = write_cursor(chosen[-1][0]) if len(entered) > limit else None
        return rendering.listing([card for _, card in chosen], cursor)

    def why_unavailable(self, host_id: str, mini_program_id: str, product_id: str) -> Reason | None:
        """Why the product cannot be opened in that host; None when it can."""
        program, product = self.mini_programs.get(mini_program_id), self.products.get(product_id)
        return why_unavailable(
            host_id=host_id,
            state=program.state if program is not None else None,
            hosts=program.hosts if program is not None else (),
            belongs=product is not None and product.mini_program_id == mini_program_id,
            listed=product is not None and product.listed,
            available=sum(self.available(product)) if product is not None else 0,
        )
