"""Everything that viewers see, in memory: rendered parts of each aggregate, and stock levels.

Whatever is put here carries its version, and an older version never replaces a newer one. So the change stream, the first
load and this replica's own writes may arrive in any order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from catalog.application.read_model import rendering
from catalog.application.read_model.entries import (
    EntrancePosition,
    MiniProgramEntry,
    Part,
    ProductEntry,
    StoreEntry,
    StoreFilter,
    StorePosition,
    StoreSort,
)
from catalog.domain.availability import Reason, why_unavailable
from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Product
from catalog.domain.promotion import Promotion
from catalog.domain.stock import StockLevel
from catalog.domain.testers import Tester, Testers
from catalog.domain.video import Anchor, Video

MAX_RENDERED_LISTS = 512
"""Rendered lists of one store, one for each query; then all are dropped and rendered again when needed."""
SORT_KEYS: dict[StoreSort, Callable[[ProductEntry], int]] = {
    "price_asc": lambda product: product.price,
    "price_desc": lambda product: -product.price,
    "sales": lambda product: -product.sales,
    "newest": lambda product: -product.position[0],
}
"""What products are sorted by, the smallest first; among equals by id."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def entry_of(program: MiniProgram) -> MiniProgramEntry:
    """The mini program, rendered."""
    details, card = program.details, rendering.mini_program_card(program)
    return MiniProgramEntry(
        mini_program_id=program.mini_program_id,
        version=program.version,
        state=program.state,
        hosts=frozenset(details.hosts),
        position=(-details.exposure_priority, 0 if details.sponsored else 1, program.mini_program_id),
        card=card,
        head=rendering.store_head(program, card),
    )


class Shelf:
    """The read model of one replica. `write_cursor` gives the text of a position, for the next page of a list that it names first."""

    def __init__(self, write_cursor: Callable[..., str]) -> None:
        self.mini_programs: dict[str, MiniProgramEntry] = {}
        self.products: dict[str, ProductEntry] = {}
        self.videos: dict[str, Video] = {}
        self.levels: dict[str, StockLevel] = {}
        self._promotions: dict[str, Promotion] = {}
        self._testers: dict[str, Testers] = {}
        self._creators: dict[str, tuple[int, bool]] = {}
        self._stores: dict[str, StoreEntry] = {}
        self._write_cursor = write_cursor

    def put_mini_program(self, program: MiniProgram) -> None:
        known = self.mini_programs.get(program.mini_program_id)
        if known is None or known.version < program.version:
            self.mini_programs[program.mini_program_id] = entry_of(program)

    def put_product(self, product: Product, created_at: datetime) -> None:
        known = self.products.get(product.product_id)
        if known is not None and known.version >= product.version:
            return
        details = product.details
        entry = self.products[product.product_id] = ProductEntry(
            product_id=product.product_id,
            mini_program_id=product.mini_program_id,
            version=product.version,
            listed=product.listed,
            position=((created_at - EPOCH) // MILLISECOND, product.product_id),
            category_id=details.category_id,
            terms_version=product.terms.version,
            price=rendering.price_from(product),
            sales=details.sales,
            image=details.cover,
            sku_ids=tuple(sku.sku_id for sku in details.skus),
            low_at={sku.sku_id: sku.low_at for sku in details.skus if sku.low_at is not None},
            parts=rendering.page_parts(product),
            card=rendering.product_card(product),
        )
        self._arrange(known, entry)

    def _arrange(self, known: ProductEntry | None, entry: ProductEntry) -> None:
        store = self._stores.setdefault(entry.mini_program_id, StoreEntry())
        store.sorted.clear()
        store.rendered.clear()
        if known is not None and known.listed:
            for category in (None, known.category_id):
                positions = store.listed[category]
                del positions[bisect_left(positions, known.position)]
        if entry.listed:
            for category in (None, entry.category_id):
                insort(store.listed.setdefault(category, []), entry.position)

    def put_video(self, video: Video) -> None:
        known = self.videos.get(video.video_id)
        if known is None or known.version < video.version:
            self.videos[video.video_id] = video

    def put_promotion(self, promotion: Promotion) -> None:
        known = self._promotions.get(promotion.mini_program_id)
        if known is None or known.version < promotion.version:
            self._promotions[promotion.mini_program_id] = promotion

    def put_testers(self, testers: Testers) -> None:
        known = self._testers.get(testers.mini_program_id)
        if known is None or known.version < testers.version:
            self._testers[testers.mini_program_id] = testers

    def is_tester(self, mini_program_id: str, host_id: str | None, viewer: str | None) -> bool:
        """Whether this user of the host tests the mini program."""
        testers = self._testers.get(mini_program_id)
        return testers is not None and Tester(host_id or "", viewer or "") in testers.viewers

    def put_creator(self, creator_id: str, version: int, *, suspended: bool) -> None:
        if self._creators.get(creator_id, (0, False))[0] < version:
            self._creators[creator_id] = (version, suspended)

    def shows(self, video: Video, anchor: Anchor) -> bool:
        """Whether viewers see the anchor: its creator is not suspended, and may promote the mini program."""
        if self._creators.get(video.creator_id, (0, False))[1]:
            return False
        promotion = self._promotions.get(anchor.mini_program_id)
        return promotion is None or promotion.allows(video.creator_id)

    def put_level(self, level: StockLevel) -> None:
        known = self.levels.get(level.sku_id)
        if known is not None:
            if known.version >= level.version:
                return
            if not level.product_id:
                level = replace(level, product_id=known.product_id, mini_program_id=known.mini_program_id)
        self.levels[level.sku_id] = level
        before = known.available if known is not None else None
        product = self.products.get(level.product_id)
        if product is None or before == level.available:
            return
        product.page = None
        if ((before or 0) > 0) != (level.available > 0):
            self._stores[product.mini_program_id].rendered.clear()

    def low_at(self, level: StockLevel) -> int | None:
        """The quantity at which the SKU's stock is low, if its owner named one."""
        product = self.products.get(level.product_id)
        return product.low_at.get(level.sku_id) if product is not None else None

    def available(self, product: ProductEntry) -> list[int]:
        """The available quantity of each SKU, in the product's order."""
        levels = self.levels
        return [levels[sku_id].available if sku_id in levels else 0 for sku_id in product.sku_ids]

    def page(self, product: ProductEntry) -> bytes:
        """The ProductPage."""
        if product.page is None:
            product.page = rendering.product_page(product.parts, self.available(product))
        return product.page

    def store(self, program: MiniProgramEntry, wanted: StoreFilter, part: Part[StorePosition]) -> bytes:
        """The listed products of a store, a page of ProductCard. What is `wanted` is a part of the name `part.listed`.

        A product whose price or sales change between two pages may be on both or on none.
        """
        store = self._stores.get(program.mini_program_id)
        if store is None:
            return rendering.listing([], None)
        known = store.rendered.get(part)
        if known is None:
            if len(store.rendered) >= MAX_RENDERED_LISTS:
                store.rendered.clear()
            known = store.rendered[part] = self._listing(store, wanted, part)
        return known

    def _listing(self, store: StoreEntry, wanted: StoreFilter, part: Part[StorePosition]) -> bytes:
        positions, limit = self._positions(store, wanted), part.limit
        start = bisect_right(positions, part.after) if part.after is not None else 0
        fitting = (
            position
            for position in islice(positions, start, None)
            if wanted.in_stock in (None, self._in_stock(self.products[position[1]]))
        )
        found = list(islice(fitting, limit + 1))
        chosen = found[:limit]
        cards = [self._card(self.products[product_id]) for _, product_id in chosen]
        more = len(found) > limit
        return rendering.listing(cards, self._write_cursor(part.listed, *chosen[-1]) if more else None)

    def _positions(self, store: StoreEntry, wanted: StoreFilter) -> list[StorePosition]:
        """The products in their order, whether in stock or not."""
        listed = store.listed.get(wanted.category_id, [])
        if wanted.product_ids is not None:
            there = {product_id for _, product_id in listed}
            return [(n, product_id) for n, product_id in enumerate(wanted.product_ids) if product_id in there]
        if wanted.sort is None:
            return listed
        kept = (wanted.category_id, wanted.sort)
        if kept not in store.sorted:
            key = SORT_KEYS[wanted.sort]
            store.sorted[kept] = sorted(
                (key(self.products[product_id]), product_id) for _, product_id in listed
            )
        return store.sorted[kept]

    def _in_stock(self, product: ProductEntry) -> bool:
        return any(n > 0 for n in self.available(product))

    def _card(self, product: ProductEntry) -> bytes:
        return product.card + (b"true}" if self._in_stock(product) else b"false}")

    def entrance(self, host_id: str, part: Part[EntrancePosition]) -> bytes:
        """The published mini programs of a host, a page of MiniProgramCard."""
        after, limit = part.after, part.limit
        found = sorted(
            (p.position, p.card)
            for p in self.mini_programs.values()
            if p.state == "published" and host_id in p.hosts and (after is None or p.position > after)
        )
        chosen = found[:limit]
        cursor = self._write_cursor(part.listed, *chosen[-1][0]) if len(found) > limit else None
        return rendering.listing([card for _, card in chosen], cursor)

    def why_unavailable(self, host_id: str, mini_program_id: str, product_id: str) -> Reason | None:
        """Why the product cannot be opened in that host; None if it can."""
        program, product = self.mini_programs.get(mini_program_id), self.products.get(product_id)
        return why_unavailable(
            host_id=host_id,
            state=program.state if program is not None else None,
            hosts=program.hosts if program is not None else (),
            belongs=product is not None and product.mini_program_id == mini_program_id,
            listed=product is not None and product.listed,
            available=sum(self.available(product)) if product is not None else 0,
        )
