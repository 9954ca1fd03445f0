"""What search knows follows the streams: a batch of events at a time, each entity by its version.

Applying is in two steps. `apply` writes index and state, in whatever thread; `take_effect` makes it visible in the
thread that answers. Events may come again, and older ones after newer ones: both change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from search.application.directory import Accounts, Directory
from search.application.ports import Memory, Position
from search.application.suggesting import ENOUGH_VIEWERS, PopularQueries, shareable
from search.domain.documents import Account, MiniProgram, Product, number_of
from search.engine.port import ProductIndex

Entity = TypeVar("Entity", MiniProgram, Account)


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many of a SKU are available."""

    sku_id: str
    product_id: str
    version: int
    available: int


@dataclass(frozen=True, slots=True)
class Search:
    """A viewer searched for something."""

    host_id: str
    query: str
    viewer: str


Fact = MiniProgram | Account | Product | StockLevel | Search


@dataclass(slots=True)
class Changes:
    """What `apply` changed and is not yet visible."""

    programs: list[MiniProgram] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    popular: list[tuple[str, str]] = field(default_factory=list)
    products: int = 0


class Projection:
    """One index with the state beside it, and what is kept of both in memory."""

    def __init__(
        self,
        index: ProductIndex,
        state: Memory,
        directory: Directory,
        accounts: Accounts,
        popular: PopularQueries,
    ) -> None:
        self.index = index
        self.state = state
        self.directory = directory
        self.accounts = accounts
        self.popular = popular

    def load(self) -> None:
        """Take what the state has into memory."""
        self.directory.put(self.state.mini_programs())
        self.accounts.put(self.state.accounts())
        for host_id, query, viewers in self.state.popular():
            self.popular.put(host_id, query, viewers)
        self.index.refresh()

    def apply(self, facts: Sequence[Fact], offsets: Mapping[Position, int]) -> Changes:
        """Write what `facts` change and how far was read, durably; the index first, so that it never lacks what the
        offsets say. Raises IndexAway; whatever is raised, nothing of it has been kept and it may be repeated."""
        changes = Changes(
            programs=_newer([f for f in facts if isinstance(f, MiniProgram)], self.directory.programs),
            accounts=_newer([f for f in facts if isinstance(f, Account)], self.accounts.by_id),
        )
        levels = self._levels([f for f in facts if isinstance(f, StockLevel)])
        products = self._products([f for f in facts if isinstance(f, Product)], levels)
        if products:
            try:
                self.index.put(products)
                self.index.commit()
            except BaseException:
                self.index.rollback()
                raise
        sellers = {product.mini_program_id for product in products} - self.directory.programs.keys()
        sellers -= {program.mini_program_id for program in changes.programs}
        changes.programs += map(MiniProgram.unknown, sorted(sellers))
        with self.state.transaction():
            self.state.put_mini_programs(changes.programs)
            self.state.put_accounts(changes.accounts)
            self.state.put_stock((s.sku_id, s.product_id, s.version, s.available) for s in levels)
            self.state.put_products(products)
            changes.popular = self._note([f for f in facts if isinstance(f, Search)])
            self.state.put_offsets(offsets)
        changes.products = len(products)
        return changes

    def take_effect(self, changes: Changes) -> None:
        """Make visible what was applied; in the thread that answers."""
        if changes.programs:
            self.directory.put(changes.programs)
        if changes.accounts:
            self.accounts.put(changes.accounts)
        for host_id, query in changes.popular:
            self.popular.put(host_id, query, self.popular.count(host_id, query) + 1)
        if changes.products:
            self.index.refresh()

    def _levels(self, levels: Sequence[StockLevel]) -> list[StockLevel]:
        known = self.state.stock([level.sku_id for level in levels])
        newest: dict[str, StockLevel] = {}
        for level in levels:
            before = newest.get(level.sku_id)
            version = before.version if before is not None else known.get(level.sku_id, (0, -1, 0))[1]
            if level.version > version:
                newest[level.sku_id] = level
        return list(newest.values())

    def _products(self, products: Sequence[Product], levels: Sequence[StockLevel]) -> list[Product]:
        """The products to be written: newer ones, and those that a stock level sells out or brings back."""
        known = self.state.versions(product.product_id for product in products)
        changed: dict[int, Product] = {}
        for product in products:
            number = number_of(product.product_id)
            version = changed[number].version if number in changed else known.get(number, -1)
            if product.version > version:
                changed[number] = product
        touched = {number_of(level.product_id) for level in levels} - changed.keys()
        told = {product.product_id: product for product in self.state.products(sorted(touched))}
        before = (*changed.values(), *told.values())
        available = self._available(before, levels)
        after = [_with_stock(product, available) for product in before]
        return [
            new
            for old, new in zip(before, after, strict=True)
            if new.product_id not in told or (new.listed and new is not old)
        ]

    def _available(self, products: Iterable[Product], levels: Iterable[StockLevel]) -> dict[str, bool]:
        """Whether a SKU of these products can be had, of each whose stock is known."""
        told = {level.sku_id: level.available > 0 for level in levels}
        others = [sku.sku_id for product in products for sku in product.skus if sku.sku_id not in told]
        return {sku_id: left > 0 for sku_id, (_, _, left) in self.state.stock(others).items()} | told

    def _note(self, searches: Iterable[Search]) -> list[tuple[str, str]]:
        noted = []
        for search in searches:
            query = shareable(search.query)
            if query is not None and self.state.note_asker(
                search.host_id, query, search.viewer, ENOUGH_VIEWERS
            ):
                noted.append((search.host_id, query))
        return noted


def _with_stock(product: Product, available: Mapping[str, bool]) -> Product:
    """The product with its SKUs as the stock has them; itself when they are so already."""
    if all(available.get(sku.sku_id, True) == sku.available for sku in product.skus):
        return product
    skus = tuple(replace(sku, available=available.get(sku.sku_id, True)) for sku in product.skus)
    return replace(product, skus=skus)


def _newer(entities: Sequence[Entity], known: Mapping[str, Entity]) -> list[Entity]:
    """The newest of each entity, where it is newer than what is known."""
    newest: dict[str, Entity] = {}
    for entity in entities:
        entity_id = entity.mini_program_id if isinstance(entity, MiniProgram) else entity.account_id
        before = newest.get(entity_id) or known.get(entity_id)
        if before is None or entity.version > before.version:
            newest[entity_id] = entity
    return list(newest.values())
