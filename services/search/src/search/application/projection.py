"""The projection of the event streams: a batch of facts at a time, each entity guarded by its version.

Applying has two steps. `apply` writes index and state, in any thread; `make_visible` makes the changes visible, in the thread
that answers. Both are idempotent, and older facts after newer ones change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from search.application.facts import Fact, SearchMade, StockLevel
from search.application.library import Library
from search.application.popular_queries import MIN_VIEWERS, shareable
from search.application.ports import IndexState, Offsets
from search.domain.documents import Account, MiniProgram, Product, number_of

Entity = TypeVar("Entity", MiniProgram, Account)


@dataclass(slots=True)
class Changes:
    """What `apply` changed and `make_visible` has to make visible."""

    programs: list[MiniProgram] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    popular: list[tuple[str, str]] = field(default_factory=list)
    products: int = 0


class Projection:
    """Keeps a library and the state behind it up to date."""

    def __init__(self, library: Library, state: IndexState) -> None:
        self.library = library
        self.state = state
        self._index_is_stale = False

    def load(self) -> None:
        """Load the state into memory."""
        library = self.library
        library.directory.put(self.state.mini_programs())
        library.accounts.put(self.state.accounts())
        for host_id, query, viewers in self.state.popular_queries():
            library.popular.put(host_id, query, viewers)
        library.index.refresh()

    def apply(self, facts: Sequence[Fact], offsets: Offsets) -> Changes:
        """Write the effect of `facts`, and `offsets` with it, durably.

        The index comes first, then the state in one transaction: the index never lacks what the offsets cover. Raises
        IndexUnavailable; after any error nothing is recorded as done, and the call may be repeated.
        """
        changes = Changes(
            programs=_newer(
                [f for f in facts if isinstance(f, MiniProgram)], self.library.directory.programs
            ),
            accounts=_newer([f for f in facts if isinstance(f, Account)], self.library.accounts.by_id),
        )
        levels = self._newer_levels([f for f in facts if isinstance(f, StockLevel)])
        products = self._changed_products([f for f in facts if isinstance(f, Product)], levels)
        products = self._on_shelves(products, changes.programs)
        if products:
            self._index(products)
        sellers = {product.mini_program_id for product in products} - self.library.directory.programs.keys()
        sellers -= {program.mini_program_id for program in changes.programs}
        changes.programs += map(MiniProgram.unknown, sorted(sellers))
        with self.state.transaction():
            self.state.put_mini_programs(changes.programs)
            self.state.put_accounts(changes.accounts)
            self.state.put_stock((s.sku_id, s.product_id, s.version, s.available) for s in levels)
            self.state.put_products(products)
            changes.popular = self._count_viewers([f for f in facts if isinstance(f, SearchMade)])
            self.state.put_offsets(offsets)
        changes.products = len(products)
        return changes

    def make_visible(self, changes: Changes) -> None:
        """Make visible what was applied; in the thread that answers. Raises IndexUnavailable."""
        library = self.library
        if changes.programs:
            library.directory.put(changes.programs)
        if changes.accounts:
            library.accounts.put(changes.accounts)
        for host_id, query in changes.popular:
            library.popular.put(host_id, query, library.popular.count(host_id, query) + 1)
        if self._index_is_stale:
            library.index.refresh()
            self._index_is_stale = False

    def _index(self, products: Sequence[Product]) -> None:
        try:
            self.library.index.put(products)
            self.library.index.commit()
        except BaseException:
            self.library.index.rollback()
            raise
        # until a refresh succeeds: a repeated `apply` finds these products unchanged
        self._index_is_stale = True

    def _newer_levels(self, levels: Sequence[StockLevel]) -> list[StockLevel]:
        """The newest level of each SKU, where it is newer than the stored one."""
        stored = self.state.stock([level.sku_id for level in levels])
        newest: dict[str, StockLevel] = {}
        for level in levels:
            before = newest.get(level.sku_id)
            version = before.version if before is not None else stored.get(level.sku_id, (0, -1, 0))[1]
            if level.version > version:
                newest[level.sku_id] = level
        return list(newest.values())

    def _changed_products(self, products: Sequence[Product], levels: Sequence[StockLevel]) -> list[Product]:
        """The products to write: newer ones, and those that a stock level sells out or brings back."""
        versions = self.state.versions(product.product_id for product in products)
        newer: dict[int, Product] = {}
        for product in products:
            number = number_of(product.product_id)
            version = newer[number].version if number in newer else versions.get(number, -1)
            if product.version > version:
                newer[number] = product
        with_levels = {number_of(level.product_id) for level in levels} - newer.keys()
        stored = {product.product_id: product for product in self.state.products(sorted(with_levels))}
        before = (*newer.values(), *stored.values())
        available = self._available(before, levels)
        after = [_with_stock(product, available) for product in before]
        return [
            new
            for old, new in zip(before, after, strict=True)
            if new.product_id not in stored or (new.listed and new is not old)
        ]

    def _on_shelves(self, products: Sequence[Product], programs: Sequence[MiniProgram]) -> list[Product]:
        """These products with the names of their shelves, and those whose shelf these mini programs renamed."""
        known = self.library.directory.programs
        renamed = [p for p in programs if _shelves(known.get(p.mini_program_id)) != _shelves(p)]
        changed = {product.product_id for product in products}
        others = [
            product
            for program in renamed
            for product in self.state.products_of(program.mini_program_id)
            if product.product_id not in changed and product.shelf != program.shelf(product.category_id)
        ]
        newest = {program.mini_program_id: program for program in programs}
        shelved = []
        for product in (*products, *others):
            program = newest.get(product.mini_program_id) or known.get(product.mini_program_id)
            shelf = program.shelf(product.category_id) if program is not None else ""
            shelved.append(product if product.shelf == shelf else replace(product, shelf=shelf))
        return shelved

    def _available(self, products: Iterable[Product], levels: Iterable[StockLevel]) -> dict[str, bool]:
        """Whether each SKU of these products is available, as far as its stock is known."""
        new = {level.sku_id: level.available > 0 for level in levels}
        others = [sku.sku_id for product in products for sku in product.skus if sku.sku_id not in new]
        return {sku_id: left > 0 for sku_id, (_, _, left) in self.state.stock(others).items()} | new

    def _count_viewers(self, searches: Iterable[SearchMade]) -> list[tuple[str, str]]:
        """The popular ones among these searches, by host and query."""
        popular = []
        for search in searches:
            query = shareable(search.query)
            if query is not None and self.state.count_viewer(
                search.host_id, query, search.viewer, MIN_VIEWERS
            ):
                popular.append((search.host_id, query))
        return popular


def _with_stock(product: Product, available: Mapping[str, bool]) -> Product:
    """The product with its SKUs' availability; the same object when nothing changes."""
    if all(available.get(sku.sku_id, True) == sku.available for sku in product.skus):
        return product
    skus = tuple(replace(sku, available=available.get(sku.sku_id, True)) for sku in product.skus)
    return replace(product, skus=skus)


def _shelves(program: MiniProgram | None) -> tuple[dict[str, str], dict[str, str]]:
    return (program.shelves, program.shelves_en) if program is not None else ({}, {})


def _newer(entities: Sequence[Entity], known: Mapping[str, Entity]) -> list[Entity]:
    """The newest of each entity, where it is newer than the known one."""
    newest: dict[str, Entity] = {}
    for entity in entities:
        entity_id = entity.mini_program_id if isinstance(entity, MiniProgram) else entity.account_id
        before = newest.get(entity_id) or known.get(entity_id)
        if before is None or entity.version > before.version:
            newest[entity_id] = entity
    return list(newest.values())
