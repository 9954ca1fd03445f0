"""What the rest of the service asks of a product index, whatever engine is behind it.

An index finds; what a product looks like stands in the state beside it (`adapters/state.py`). Products go by number here
(`layout.number_of`), so that no engine needs to store a word of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from search.domain.documents import Product
from search.domain.queries import ProductQuery, Scope


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found, by its number. `whole`: everything that was asked for stands in it; `by_meaning`: nothing of it
    does, but it is like it."""

    number: int
    score: float
    whole: bool
    by_meaning: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first; `more` says whether others follow; `any_whole` whether any match has all terms."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    any_whole: bool = False
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class IndexAway(ConnectionError):
    """The engine does not answer; the same may be asked again later."""


class ProductIndex(Protocol):
    """All products of all mini programs. Calls block; those of the embedded engine for less than a millisecond."""

    def search(self, query: ProductQuery) -> Found:
        """What matches `query`; any text is taken. Raises IndexAway."""

    def among(self, numbers: Collection[int], query: ProductQuery) -> set[int]:
        """Which of these products are in the scope and fulfil the filters of `query`. Raises IndexAway."""

    def put(self, products: Iterable[Product]) -> None:
        """Replace these listed products, and remove those that are not listed. Raises IndexAway; may be repeated."""

    def commit(self) -> None:
        """Make durable what was put. Raises IndexAway; may be repeated."""

    def rollback(self) -> None:
        """Forget what was put and not committed."""

    def refresh(self) -> None:
        """Make visible what is durable."""

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[int]:
        """Products whose titles `typed` may be the beginning of: in Chinese, pinyin or Latin letters."""

    def is_word(self, word: str) -> bool | None:
        """Whether a word stands in products; None when there are too few products to tell."""

    def sells(self, mini_program_id: str, text: str) -> bool:
        """Whether the mini program has a product for all of `text`."""

    def correct(self, text: str) -> str | None:
        """`text` with words that no product has replaced by the nearest that some have; None when that is no help."""

    @property
    def size(self) -> int:
        """Products that can be found."""

    def close(self) -> None:
        """Give up files and connections."""

    def discard(self) -> None:
        """Remove what the engine keeps elsewhere than in the folder; after `close` nothing else may be called."""
