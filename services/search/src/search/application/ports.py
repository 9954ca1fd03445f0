"""What the use cases need from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from runtime.errors import Unavailable
from search.domain.cards import Card
from search.domain.documents import Account, MiniProgram, Product
from search.domain.queries import ProductQuery, Scope

Position = tuple[str, int]
"""Topic and partition."""
Offsets = Mapping[Position, int]
"""The next record to read, by topic and partition."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found, by its number. `whole`: it matches everything in the query; `by_meaning`: it matches none of the
    words, but its meaning is similar."""

    number: int
    score: float
    whole: bool
    by_meaning: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first; `more`: others follow; `any_whole`: some match has everything in the query."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    any_whole: bool = False
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class IndexUnavailable(Unavailable):
    """The engine does not answer; the same call may succeed later."""


class ProductIndex(Protocol):
    """All products of all mini programs, by number: an index finds, the state holds what results show.

    Calls block; those of the embedded engine for less than a millisecond.
    """

    def search(self, query: ProductQuery) -> Found:
        """The matches of `query`; accepts any text. Raises IndexUnavailable."""

    def among(self, numbers: Collection[int], query: ProductQuery) -> set[int]:
        """Those of these products that are in the scope and pass the filters of `query`. Raises IndexUnavailable."""

    def put(self, products: Iterable[Product]) -> None:
        """Replace the listed products and remove the delisted ones. Idempotent. Raises IndexUnavailable."""

    def commit(self) -> None:
        """Make everything put so far durable. Idempotent. Raises IndexUnavailable."""

    def rollback(self) -> None:
        """Drop everything put and not committed."""

    def refresh(self) -> None:
        """Make everything committed visible to searches. Raises IndexUnavailable."""

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[int]:
        """Products whose titles `typed` may be a prefix of: in Chinese, pinyin or Latin letters."""

    def is_word(self, word: str) -> bool | None:
        """Whether any product has the word; None when there are too few products to tell."""

    def sells(self, mini_program_id: str, text: str) -> bool:
        """Whether the mini program has a product that matches all of `text`."""

    def correct(self, text: str) -> str | None:
        """`text` with unknown words replaced by the nearest known ones; None when nothing would change."""

    @property
    def size(self) -> int:
        """Products that can be found."""

    def close(self) -> None:
        """Release files and connections."""

    def discard(self) -> None:
        """Delete what the engine keeps outside the folder of its generation; only `close` may follow."""


class ProductVectors(Protocol):
    """Vectors of products for search by meaning, computed after the products are indexed."""

    def embed_some(self) -> bool:
        """Embed some of the waiting products; whether there were any. Blocks for milliseconds a product."""

    def adopt(self, other: ProductVectors) -> None:
        """Take over the vectors that `other` has of the same texts."""


class Cards(Protocol):
    """What result lists show of products."""

    def cards(self, numbers: Sequence[int]) -> dict[int, Card]:
        """The cards of these products, by number, without those that are unknown or delisted."""


class IndexState(Cards, Protocol):
    """The durable state next to an index: entities, versions, stock, popular queries, and how far each stream was read."""

    def transaction(self) -> AbstractContextManager[None]:
        """All writes inside become durable together, or none."""

    def mini_programs(self) -> list[MiniProgram]:
        """All mini programs, in any state."""

    def put_mini_programs(self, programs: Iterable[MiniProgram]) -> None:
        """Store these mini programs."""

    def accounts(self) -> list[Account]:
        """All accounts, active or not."""

    def put_accounts(self, accounts: Iterable[Account]) -> None:
        """Store these accounts."""

    def versions(self, product_ids: Iterable[str]) -> dict[int, int]:
        """The stored version of each known product, by number."""

    def products(self, numbers: Sequence[int]) -> list[Product]:
        """These products as stored, listed or not."""

    def products_of(self, mini_program_id: str) -> list[Product]:
        """The listed products of a mini program."""

    def put_products(self, products: Iterable[Product]) -> None:
        """Store these products."""

    def stock(self, sku_ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
        """Product's number, version and available items of each known SKU."""

    def put_stock(self, rows: Iterable[tuple[str, str, int, int]]) -> None:
        """Store rows of SKU, product id, version, available items."""

    def count_viewer(self, host_id: str, query: str, viewer: str, enough: int) -> bool:
        """Count a viewer of a query once; whether at least `enough` of them have made it."""

    def popular_queries(self) -> list[tuple[str, str, int]]:
        """Host, query and number of viewers of each query that enough viewers made."""

    def offsets(self) -> dict[Position, int]:
        """The next record to read, by topic and partition."""

    def put_offsets(self, offsets: Offsets) -> None:
        """Store how far the streams were read."""

    def is_dead_letter(self, record: str) -> bool:
        """Whether this record (`topic/partition/offset`) was dead-lettered."""

    def dead_letters(self) -> dict[str, str]:
        """The records that were dead-lettered, with the time."""

    def put_dead_letters(self, letters: Mapping[str, str]) -> None:
        """Store that these records were dead-lettered."""


class Generation(Protocol):
    """One index with its state."""

    @property
    def name(self) -> str: ...

    @property
    def index(self) -> ProductIndex: ...

    @property
    def state(self) -> IndexState: ...

    @property
    def vectors(self) -> ProductVectors | None:
        """None without search by meaning."""

    def close(self) -> None:
        """Release its files."""

    def remove(self) -> None:
        """Delete it."""


class Generations(Protocol):
    """The generations on disk; one of them is current."""

    def current(self) -> Generation:
        """The current generation; an empty one when there is none that can be used."""

    def fresh(self) -> Generation:
        """A new, empty generation."""

    def make_current(self, name: str) -> None:
        """Use this one from the next start on, and delete the others."""


class StreamFollower(Protocol):
    """Applies the event streams to one generation.

    `caught_up` is set once the ends that the streams had at the start are reached; `records_read` of `records_to_read`
    says how far it is.
    """

    caught_up: asyncio.Event
    records_read: int
    records_to_read: int

    async def run(self) -> None:
        """Follow the streams until cancelled; may be run again after a failure."""
