"""Queries to the product index, with their limits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from search.domain.errors import QueryRefused
from search.domain.language import text as language

MAX_QUERY_LENGTH = 1_000
"""Characters. A longer query costs more than it can find."""
MAX_TERMS = 48
"""Distinct words or grams of a query that are searched for; the first ones carry the meaning."""

Sort = Literal["relevance", "price_asc", "price_desc", "sales"]


def query_text(raw: str) -> str:
    """`raw` cleaned; raises QueryRefused when nothing is left of it or it is too long."""
    too_long = QueryRefused("query_too_long", "q", f"a query has at most {MAX_QUERY_LENGTH} characters")
    if len(raw) > 10 * MAX_QUERY_LENGTH:
        raise too_long
    cleaned = language.clean(raw)
    if len(cleaned) > MAX_QUERY_LENGTH:
        raise too_long
    if not cleaned:
        raise QueryRefused("empty_query", "q", "nothing to search for")
    return cleaned


@dataclass(frozen=True, slots=True)
class Scope:
    """The mini programs whose products may be found: `only` these (None: all), except `never`."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no product can be found."""
        return self.only is not None and not self.only - self.never


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on products besides the text; prices in minor units, both ends included."""

    min_price: int | None = None
    max_price: int | None = None
    category_id: str | None = None
    in_stock: bool | None = None

    def __post_init__(self) -> None:
        if self.min_price is not None and self.max_price is not None and self.min_price > self.max_price:
            raise QueryRefused("empty_price_range", "min_price", "min_price is above max_price")


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """A search for products; an empty `text` lists the whole scope.

    `seen` holds the cursor keys of products shown before. `boosts` multiply the scores of a mini program's products, by
    the mini program's number.
    """

    text: str = ""
    scope: Scope = Scope()
    filters: Filters = Filters()
    sort: Sort = "relevance"
    limit: int = 20
    seen: frozenset[bytes] = frozenset()
    boosts: dict[int, float] = field(default_factory=dict)
    facets: bool = False

    def with_text(self, text: str) -> ProductQuery:
        """The same query for another text."""
        return replace(self, text=text)
