"""What owners and operators do."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.api.common import Answer, Id, MiniProgramId, Request, ShortText
from contracts.money import Money

LongText = Annotated[str, Field(max_length=4000)]
English = Annotated[str, Field(max_length=200, description="the same in English, where there is one")]
Picture = Annotated[str, Field(max_length=1024, pattern=r"^(/media/[A-Za-z0-9._/-]+|https?://[^\s\"<>\\]+)$")]


class StockRequest(Request):
    """Either the number `available` from now on, or a `change` to it."""

    available: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    change: Annotated[int, Field(ge=-10_000_000, le=10_000_000)] | None = None

    @model_validator(mode="after")
    def _one(self) -> StockRequest:
        if (self.available is None) == (self.change is None):
            raise ValueError("give either available or change")
        return self


class StockView(Answer):
    """Where a SKU's stock is: initial + adjusted = available + reserved + sold."""

    sku_id: str
    product_id: str
    available: int
    reserved: int
    sold: int
    initial: int
    adjusted: int


EnglishAttributes = Annotated[
    dict[ShortText, ShortText],
    Field(description="the attributes in English, all of them and in the same order, or none"),
]


class Terms(Request):
    """Commission shares in basis points."""

    platform_bp: int = Field(ge=0, le=5_000)
    creator_bp: int = Field(ge=0, le=5_000)


class CategoryRequest(Request):
    """A shelf."""

    category_id: Id
    name: ShortText
    name_en: English = ""


class MiniProgramRequest(Request):
    """Register or change a mini program. `owner_id` only by an operator; an owner's own is taken from the token."""

    mini_program_id: MiniProgramId | None = None
    owner_id: Id | None = None
    owner_name: ShortText
    owner_name_en: English = ""
    owner_kind: Literal["brand", "platform", "celebrity"]
    name: ShortText
    name_en: English = ""
    aliases: Annotated[list[ShortText], Field(max_length=20)] = []
    slogan: Annotated[str, Field(max_length=200)] = ""
    slogan_en: English = ""
    category: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    logo_url: Picture
    banner_url: Picture | None = None
    hosts: Annotated[list[Id], Field(max_length=50)]
    categories: Annotated[list[CategoryRequest], Field(max_length=100)] = []
    exposure_priority: int = Field(default=0, ge=0, le=100)
    sponsored: bool = False
    terms: Terms
    merchant: Id = "default"


class MiniProgramView(MiniProgramRequest):
    """A mini program as its owner sees it."""

    mini_program_id: MiniProgramId
    state: Literal["registered", "published", "suspended"]
    version: int


class SkuRequest(Request):
    """A SKU of a product; `initial_stock` counts when the SKU is new."""

    sku_id: Id
    attributes: dict[ShortText, ShortText] = {}
    attributes_en: EnglishAttributes = {}
    price: Money
    initial_stock: int = Field(default=0, ge=0, le=10_000_000)

    @model_validator(mode="after")
    def _something(self) -> SkuRequest:
        if self.price.amount < 1:
            raise ValueError("a price is at least 1 fen")
        _check_english(self.attributes, self.attributes_en)
        return self


class ProductRequest(Request):
    """The whole product as it is to be; the call creates or replaces it."""

    title: ShortText
    title_en: English = ""
    description: LongText = ""
    brand: Annotated[str, Field(max_length=100)] = ""
    brand_en: Annotated[str, Field(max_length=100)] = ""
    model: Annotated[str, Field(max_length=100)] = ""
    category_id: Id
    attributes: dict[ShortText, ShortText] = {}
    attributes_en: EnglishAttributes = {}
    images: Annotated[list[Picture], Field(min_length=1, max_length=20)]
    skus: Annotated[list[SkuRequest], Field(min_length=1, max_length=200)]
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    sales: int = Field(default=0, ge=0, le=10**12)
    share_allowed: bool = True
    terms: Terms | None = None

    @model_validator(mode="after")
    def _both_languages(self) -> ProductRequest:
        _check_english(self.attributes, self.attributes_en)
        return self


def _check_english(attributes: dict[str, str], english: dict[str, str]) -> None:
    if english and len(english) != len(attributes):
        raise ValueError("attributes_en names all attributes, in the order of attributes, or none")


class ProductView(Answer):
    """A product as its owner sees it."""

    product_id: str
    mini_program_id: str
    listed: bool
    version: int


class AnchorRequest(Request):
    """An anchor on a video."""

    anchor_id: Id
    title: ShortText
    title_en: English = ""
    mini_program_id: MiniProgramId
    product_id: Id
    start_ms: int = Field(default=0, ge=0, le=86_400_000)


class VideoRequest(Request):
    """A video with its anchors; the call creates or replaces it."""

    host_id: Id
    title: ShortText
    title_en: English = ""
    creator_name: ShortText
    creator_name_en: English = ""
    cover_url: Picture | None = None
    duration_ms: int = Field(default=0, ge=0, le=86_400_000)
    anchors: Annotated[list[AnchorRequest], Field(max_length=20)] = []


class SuspensionRequest(Request):
    """Why."""

    reason: ShortText


class AccountRequest(Request):
    """A settled-in account; the call creates or replaces it. Operators only."""

    host_id: Id
    name: ShortText
    kind: Literal["merchant", "creator"]
    bio: Annotated[str, Field(max_length=500)] = ""
    avatar_url: Picture | None = None
    followers: int = Field(default=0, ge=0, le=10**12)
    creator_id: Id | None = None
    active: bool = True


class AccountView(AccountRequest):
    """An account as it is now."""

    account_id: Id
    version: int


class ClientRequest(Request):
    """A client of the platform: who it is and its secret (at least 24 characters). Operators only."""

    name: ShortText
    scope: Literal["host", "owner", "ops", "creator"]
    subject_id: Id = Field(description="host_id, owner_id, creator_id, or the operator's id")
    client_secret: Annotated[str, Field(min_length=24, max_length=256)]


class ClientView(Answer):
    """A client, without its secret."""

    client_id: str
    name: str
    scope: str
    subject_id: str
