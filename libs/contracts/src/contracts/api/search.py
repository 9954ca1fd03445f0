"""The search column, search inside a store, suggestions, and clicks on results."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import DIGITS, Answer, Id, Page, PageQuery, Query, Request
from contracts.api.mini_programs import MiniProgramCard
from contracts.api.products import ProductPage
from contracts.api.targets import Onward
from contracts.money import Money


class SearchQuery(PageQuery):
    """A search. `limit` and `cursor` page through the products."""

    q: Query


class InStoreQuery(PageQuery):
    """A search inside one mini program."""

    q: Query
    category: Id | None = Field(default=None, description="only products of this category")
    min_price: Annotated[int, Field(ge=0, le=10**11, description="fen"), DIGITS] | None = None
    max_price: Annotated[int, Field(ge=0, le=10**11, description="fen"), DIGITS] | None = None
    in_stock: Literal["true", "false"] | None = None
    sort: Literal["relevance", "price_asc", "price_desc", "sales"] = "relevance"


class MiniProgramResult(MiniProgramCard):
    """A mini program that was found."""

    kind: Literal["mini_program"] = "mini_program"
    result_id: str = ""
    why: str


class AccountResult(Answer):
    """A settled-in account that was found."""

    kind: Literal["account"] = "account"
    result_id: str = ""
    why: str
    account_id: str
    name: str
    account_kind: Literal["merchant", "creator"]
    avatar_url: str = ""
    followers: int = 0


class ProductResult(Answer):
    """A product that was found."""

    kind: Literal["product"] = "product"
    result_id: str = ""
    why: str
    mini_program_id: str
    product_id: str
    title: str
    title_en: str = ""
    highlighted: str | None = None
    price: Money
    image_url: str
    in_stock: bool = True


Result = Annotated[MiniProgramResult | AccountResult | ProductResult, Field(discriminator="kind")]


class SearchAnswer(Answer):
    """A page of search results; `results` holds all kinds in their order of priority."""

    query: str
    results: list[Result]
    mini_programs: list[MiniProgramResult]
    accounts: list[AccountResult]
    products: list[ProductResult]
    next_cursor: str | None = None
    did_you_mean: str | None = None


class FacetValue(Answer):
    """A value of a facet and how many products have it."""

    value: str
    name: str = ""
    count: int


class InStoreAnswer(Page[ProductResult]):
    """Products found in one mini program."""

    query: str = ""
    facets: dict[str, list[FacetValue]] = {}
    did_you_mean: str | None = None


class SuggestionQuery(Request):
    """The text typed so far."""

    q: Query
    limit: Annotated[int, Field(ge=1, le=20), DIGITS] = 10


class Suggestion(Answer):
    """A suggested query or target."""

    text: str
    text_en: str = ""
    kind: Literal["mini_program", "product", "query"]


class Suggestions(Answer):
    """Suggestions, best first."""

    items: list[Suggestion]


class ResultClickRequest(Request):
    """The search result that was tapped."""

    result_id: Annotated[str, Field(min_length=1, max_length=2048)]


class ResultTarget(Answer):
    """Where the tapped result leads."""

    kind: Literal["mini_program", "account", "product"]
    mini_program_id: str | None = None
    page: Literal["product", "store", "account"]
    account_id: str | None = None
    product: ProductPage | None = None
    available: bool = True
    reason: str | None = None
    instead: Onward | None = None


class ResultClickAnswer(Answer):
    """The signed click on a search result."""

    click_id: str
    target: ResultTarget
