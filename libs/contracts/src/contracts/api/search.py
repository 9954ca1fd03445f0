"""The search column, search inside a store, suggestions, and clicks on results."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, Id, Page, PageQuery, Query, QueryInt, Request
from contracts.api.mini_programs import MiniProgramCard
from contracts.api.products import ProductPage
from contracts.api.targets import Onward
from contracts.money import Money


class SearchQuery(PageQuery):
    """A query of the search column; `limit` and `cursor` page through products."""

    q: Query


class InStoreQuery(PageQuery):
    """A query inside one mini program."""

    q: Query
    category: Id | None = Field(default=None, description="one shelf only: its `category_id`")
    min_price: Annotated[QueryInt, Field(ge=0, le=10**11, description="fen")] | None = None
    max_price: Annotated[QueryInt, Field(ge=0, le=10**11, description="fen")] | None = None
    in_stock: Literal["true", "false"] | None = None
    sort: Literal["relevance", "price_asc", "price_desc", "sales"] = "relevance"


class MiniProgramResult(MiniProgramCard):
    """A mini program found."""

    kind: Literal["mini_program"] = "mini_program"
    result_id: str = ""
    why: str


class AccountResult(Answer):
    """A settled-in account found."""

    kind: Literal["account"] = "account"
    result_id: str = ""
    why: str
    account_id: str
    name: str
    account_kind: Literal["merchant", "creator"]
    avatar_url: str = ""
    followers: int = 0


class ProductResult(Answer):
    """A product found."""

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
    """The search column's page; `results` has everything in its order of priority."""

    query: str
    results: list[Result]
    mini_programs: list[MiniProgramResult]
    accounts: list[AccountResult]
    products: list[ProductResult]
    next_cursor: str | None = None
    did_you_mean: str | None = None


class FacetValue(Answer):
    """A value of a facet with its number of hits."""

    value: str
    name: str = ""
    count: int


class InStoreAnswer(Page[ProductResult]):
    """Products of one mini program only."""

    query: str = ""
    facets: dict[str, list[FacetValue]] = {}
    did_you_mean: str | None = None


class SuggestionQuery(Request):
    """What has been typed so far."""

    q: Query
    limit: Annotated[QueryInt, Field(ge=1, le=20)] = 10


class Suggestion(Answer):
    """A way to go on typing."""

    text: str
    text_en: str = ""
    kind: Literal["mini_program", "product", "query"]


class Suggestions(Answer):
    """Suggestions, best first."""

    items: list[Suggestion]


class ResultClickRequest(Request):
    """Which result was taken."""

    result_id: Annotated[str, Field(min_length=1, max_length=2048)]


class ResultTarget(Answer):
    """What the taken result leads to."""

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
