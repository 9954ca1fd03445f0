"""What may be asked of the product index, and how a query that cannot be taken is refused."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from search.language import text as language

LONGEST_QUERY = 1_000
"""Characters; nobody types more, and what is longer costs more than it can find."""
MOST_TERMS = 48
"""Different words or grams of a query that are looked up; what a viewer means stands in the first ones."""
LARGEST_PAGE = 100

Sort = Literal["relevance", "price_asc", "price_desc", "sales"]


class QueryRefused(ValueError):
    """A query that cannot be answered; `code` is stable, `field` says which part is at fault."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


def query_text(raw: str) -> str:
    """`raw` cleaned; raises QueryRefused when nothing is left of it or it is too long."""
    if len(raw) > 10 * LONGEST_QUERY:
        raise QueryRefused("query_too_long", "q", f"a query has at most {LONGEST_QUERY} characters")
    cleaned = language.clean(raw)
    if len(cleaned) > LONGEST_QUERY:
        raise QueryRefused("query_too_long", "q", f"a query has at most {LONGEST_QUERY} characters")
    if not cleaned:
        raise QueryRefused("empty_query", "q", "nothing to search for")
    return cleaned


@dataclass(frozen=True, slots=True)
class Scope:
    """Which mini programs' products may be answered: only these (None: all), and never those."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no product can be answered."""
        return self.only is not None and not self.only - self.never


@dataclass(frozen=True, slots=True)
class Filters:
    """What a product must be besides matching the text; prices in minor units, both ends included."""

    min_price: int | None = None
    max_price: int | None = None
    category_id: str | None = None
    in_stock: bool | None = None

    def __post_init__(self) -> None:
        if self.min_price is not None and self.max_price is not None and self.min_price > self.max_price:
            raise QueryRefused("empty_price_range", "min_price", "min_price is above max_price")


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """A search for products; an empty `text` asks for all of the scope. `seen` are keys of products shown before."""

    text: str = ""
    scope: Scope = Scope()
    filters: Filters = Filters()
    sort: Sort = "relevance"
    limit: int = 20
    seen: frozenset[bytes] = frozenset()
    boosts: dict[str, float] = field(default_factory=dict)
    facets: bool = False

    def with_text(self, text: str) -> ProductQuery:
        """The same for another text."""
        return replace(self, text=text)
