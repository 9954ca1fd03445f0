"""What viewers see: entrance, videos, store and product pages, search."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.access import HostUserId
from contracts.api.common import Answer, Id, Page, PageQuery, Query, QueryInt, Request
from contracts.money import Money


class OwnerCard(Answer):
    """Who a mini program belongs to."""

    owner_id: str
    name: str
    name_en: str = ""
    kind: Literal["brand", "platform", "celebrity"]


class MiniProgramCard(Answer):
    """A mini program as the entrance shows it."""

    mini_program_id: str
    name: str
    name_en: str = ""
    owner: OwnerCard
    logo_url: str
    slogan: str
    slogan_en: str = ""
    category: str
    sponsored: bool


class SkuView(Answer):
    """A SKU on a product page."""

    sku_id: str
    attributes: dict[str, str]
    attributes_en: dict[str, str] = Field(
        default={}, description="the same in English, in the same order, or empty"
    )
    price: Money
    available: int = Field(ge=0)


class ProductPage(Answer):
    """The purchase page of a product."""

    product_id: str
    mini_program_id: str
    title: str
    title_en: str = ""
    description: str
    brand: str = ""
    brand_en: str = ""
    category_id: str = ""
    attributes: dict[str, str] = {}
    attributes_en: dict[str, str] = Field(
        default={}, description="the same in English, in the same order, or empty"
    )
    images: list[str]
    skus: list[SkuView]
    price_from: Money
    rating: float | None = None
    sales: int = 0
    share_allowed: bool


class ProductCard(Answer):
    """A product in a list."""

    product_id: str
    mini_program_id: str
    title: str
    title_en: str = ""
    price: Money
    image_url: str
    in_stock: bool = True
    sales: int = 0
    rating: float | None = None


class CategoryView(Answer):
    """A shelf of a store."""

    category_id: str
    name: str
    name_en: str = ""


class StorePage(Answer):
    """A mini program's store; parts that could not be had in time are null and named in `degraded`."""

    mini_program: MiniProgramCard
    banner_url: str | None
    categories: list[CategoryView] | None
    products: Page[ProductCard] | None
    degraded: list[str] = []


class StoreQuery(PageQuery):
    """Which part of the store."""

    category: Id | None = Field(default=None, description="one shelf only: its `category_id`")


class AnchorView(Answer):
    """A chip on a video."""

    anchor_id: str
    title: str
    title_en: str = ""
    mini_program_id: str
    product_id: str
    price: Money | None
    image_url: str | None
    start_ms: int = 0
    available: bool = True


class CreatorCard(Answer):
    """Who made a video."""

    creator_id: str
    name: str
    name_en: str = ""


class VideoPage(Answer):
    """The playback page."""

    video_id: str
    title: str
    title_en: str = ""
    creator: CreatorCard
    cover_url: str = ""
    duration_ms: int = 0
    anchors: list[AnchorView]


class ClickRequest(Request):
    """Who tapped."""

    host_user_id: HostUserId


class Onward(Answer):
    """Where to go on: the store of the same mini program, or the host's entrance."""

    page: Literal["store", "entrance"]
    mini_program_id: str | None = None


class Target(Answer):
    """Where a tap or a scan leads. Not available: `available` is false, `reason` says why, `product` may be null, and
    `instead` says where to go on."""

    mini_program_id: str
    page: Literal["product", "store"] = "product"
    product: ProductPage | None = None
    available: bool = True
    reason: Literal["delisted", "suspended", "sold_out", "not_in_this_host", "gone"] | None = None
    instead: Onward | None = None


class ClickAnswer(Answer):
    """The signed click and the page that it opens."""

    click_id: str
    target: Target


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
