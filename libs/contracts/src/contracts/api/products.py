"""Products, their SKUs and stock: what viewers see, and what owners send."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from contracts.api.common import (
    PRINTABLE,
    Answer,
    ChangesQuery,
    English,
    Id,
    Picture,
    Request,
    ShortText,
    patch_of,
)
from contracts.api.stock import MAX_QUANTITY
from contracts.api.visible import Visible
from contracts.money import Money, PositiveMoney

LongText = Annotated[str, Field(max_length=4000, pattern=PRINTABLE)]
Name = Annotated[str, Field(max_length=100, pattern=PRINTABLE)]
IN_ENGLISH = "the attributes in English: all of them, in the same order, or none"
MAX_PRODUCT_BYTES = 500_000
"""A product as JSON. Its events carry all of it in one Kafka record."""

SkuAttributes = Annotated[
    dict[
        Annotated[str, Field(min_length=1, max_length=40, pattern=PRINTABLE), Visible],
        Annotated[str, Field(min_length=1, max_length=100, pattern=PRINTABLE), Visible],
    ],
    Field(max_length=10),
]
"""What tells a SKU from the others. Every line of an order carries it, in each event of the order."""
Attributes = Annotated[dict[ShortText, ShortText], Field(max_length=50)]


class SkuView(Answer):
    """A SKU on a product page."""

    sku_id: str
    attributes: dict[str, str]
    attributes_en: dict[str, str] = Field(
        default={}, description="the attributes in English, in the same order; empty if there are none"
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
        default={}, description="the attributes in English, in the same order; empty if there are none"
    )
    images: list[str]
    skus: list[SkuView]
    price_from: Money
    rating: float | None = Field(default=None, description="average stars of buyers' reviews")
    rating_count: int = Field(default=0, description="how many buyers' reviews are shown")
    sales: int = Field(default=0, description="pieces sold")
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


class SkuRequest(Request):
    """A SKU of a product. `initial_stock` is used only when the SKU is new."""

    sku_id: Id
    attributes: SkuAttributes = {}
    attributes_en: SkuAttributes = Field(default={}, description=IN_ENGLISH)
    price: PositiveMoney
    initial_stock: int = Field(default=0, ge=0, le=MAX_QUANTITY)
    low_at: Annotated[int, Field(ge=0, le=MAX_QUANTITY)] | None = Field(
        default=None, description="the stock is low once no more than this is available"
    )

    @model_validator(mode="after")
    def _check(self) -> SkuRequest:
        _check_english(self.attributes, self.attributes_en)
        return self


class ProductTerms(Request):
    """Shares of one product in basis points, instead of those of its mini program. `platform_bp` is the operator's."""

    creator_bp: int = Field(
        ge=0, le=5_000, description="an owner may raise it above the mini program's, not lower it"
    )
    platform_bp: int | None = Field(default=None, ge=0, le=5_000, description="only operators send it")


class ProductRequest(Request):
    """A product to create or replace, with all its SKUs. Only operators send `sales` and `rating`: what the product starts with. Pieces
    sold are added to `sales`; the first review replaces `rating`."""

    title: ShortText
    title_en: English = ""
    description: LongText = ""
    brand: Name = ""
    brand_en: Name = ""
    model: Name = ""
    category_id: Id
    attributes: Attributes = {}
    attributes_en: Attributes = Field(default={}, description=IN_ENGLISH)
    images: Annotated[list[Picture], Field(min_length=1, max_length=20)]
    skus: Annotated[list[SkuRequest], Field(min_length=1, max_length=200)]
    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    sales: int = Field(default=0, ge=0, le=10**12)
    share_allowed: bool = True
    terms: ProductTerms | None = None
    listed: bool = Field(default=True, description="whether it is on sale")

    @model_validator(mode="after")
    def _check(self) -> ProductRequest:
        _check_english(self.attributes, self.attributes_en)
        size = len(self.model_dump_json().encode())
        if size > MAX_PRODUCT_BYTES:
            raise ValueError(
                f"the product takes {size} bytes as JSON; at most {MAX_PRODUCT_BYTES} are allowed. "
                "Shorten its texts, or use fewer SKUs or attributes"
            )
        return self


ProductPatch = patch_of(ProductRequest)


def _check_english(attributes: dict[str, str], english: dict[str, str]) -> None:
    if english and len(english) != len(attributes):
        raise ValueError("attributes_en must have as many entries as attributes, in the same order, or none")


class OwnSku(Answer):
    """A SKU as its owner sees it. `available` can be sold; null while the SKU has no stock yet."""

    sku_id: str
    attributes: dict[str, str]
    attributes_en: dict[str, str]
    price: Money
    available: int | None
    low_at: int | None


class ProductView(Answer):
    """A product as its owner sees it. `terms` is null if those of the mini program hold."""

    product_id: str
    mini_program_id: str
    title: str
    title_en: str
    description: str
    brand: str
    brand_en: str
    model: str
    category_id: str
    attributes: dict[str, str]
    attributes_en: dict[str, str]
    images: list[str]
    skus: list[OwnSku]
    share_allowed: bool
    terms: ProductTerms | None
    listed: bool
    sales: int
    rating: float | None
    rating_count: int
    version: int = Field(description="counts the edits; sales and reviews are none")


class ProductsQuery(ChangesQuery):
    """Which products to list."""

    q: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] | None = Field(
        default=None, description="a part of the title, in Chinese or English, or a product's or SKU's id"
    )
    listed: Literal["true", "false"] | None = None
    category: Id | None = None
