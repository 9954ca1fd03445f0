"""Results of a search, before they are mapped to the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from search.domain.cards import Card
from search.domain.documents import Account, MiniProgram


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """A mini program, and why it has its place."""

    program: MiniProgram
    why: str


@dataclass(frozen=True, slots=True)
class AccountResult:
    """A settled-in account, and why it has its place."""

    account: Account
    why: str


@dataclass(frozen=True, slots=True)
class ProductResult:
    """A product, and why it has its place; `highlighted` is its title in HTML with the matching parts marked."""

    card: Card
    why: str
    highlighted: str | None = None


AnyResult = ProgramResult | AccountResult | ProductResult


@dataclass(frozen=True, slots=True)
class ColumnPage:
    """A page of the search column, in order."""

    query: str
    results: tuple[AnyResult, ...]
    next_cursor: str | None = None
    did_you_mean: str | None = None


@dataclass(frozen=True, slots=True)
class StorePage:
    """A page of products found in one mini program."""

    program: MiniProgram
    query: str
    products: tuple[ProductResult, ...]
    next_cursor: str | None = None
    did_you_mean: str | None = None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
