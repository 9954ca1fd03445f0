"""What the rest of the service asks of a product index, whatever engine is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from search.domain.documents import Product
from search.domain.queries import ProductQuery, Scope


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found. `all_terms`: everything that was asked for stands in it."""

    product: Product
    score: float
    all_terms: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first; `more` says whether others follow; `any_whole` whether any hit has all terms."""

    hits: tuple[Hit, ...]
    more: bool
    any_whole: bool
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class IndexAway(Exception):
    """The engine does not answer; the same may be asked again later."""


class ProductIndex(Protocol):
    """All products of all mini programs. Calls block; those of the embedded engine for less than a millisecond."""

    def search(self, query: ProductQuery) -> Found:
        """What matches `query`; any text is taken. Raises IndexAway."""

    def write(self, products: Iterable[Product]) -> None:
        """Replace these products and make them durable and visible. Raises IndexAway; may then be repeated."""

    def fetch(self, product_ids: Sequence[str]) -> dict[str, Product]:
        """What is stored of these products, listed or not; those never seen are left out."""

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[str]:
        """Titles of products that `typed` may be the beginning of: in Chinese, pinyin or Latin letters."""

    def is_word(self, word: str) -> bool | None:
        """Whether a word stands in products; None when there are too few products to tell."""

    def sells(self, mini_program_id: str, text: str) -> bool:
        """Whether the mini program has a product for all of `text`."""

    def correct(self, text: str) -> str | None:
        """`text` with words that no product has replaced by the nearest that some have; None when that is no help."""

    def close(self) -> None:
        """Give up files and connections."""
