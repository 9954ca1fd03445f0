"""The store page of a mini program."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, Id, Page, PageQuery
from contracts.api.mini_programs import Layout, MiniProgramCard
from contracts.api.products import ProductCard

IDS = r"^[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,63}(,[A-Za-z0-9_:-][A-Za-z0-9_.:-]{0,63}){0,19}$"
"""At most 20 ids with commas between them."""


class CategoryView(Answer):
    """A category of a store."""

    category_id: str
    name: str
    name_en: str = ""


class StorePage(Answer):
    """A mini program's store. Parts that could not be loaded in time are null and listed in `degraded`."""

    mini_program: MiniProgramCard
    banner_url: str | None
    categories: list[CategoryView] | None
    layout: Layout = Layout()
    theme_colour: str | None = None
    products: Page[ProductCard] | None
    degraded: list[str] = []


class StoreQuery(PageQuery):
    """Which products of the store to answer."""

    category: Id | None = Field(default=None, description="only products of this category")
    product_ids: Annotated[str, Field(pattern=IDS)] | None = Field(
        default=None,
        description="only these products, in this order: at most 20 ids with commas between them, as in a layout's section",
    )
    in_stock: Literal["true", "false"] | None = Field(
        default=None, description="`true`: only products that can be bought now; `false`: only those sold out"
    )
    sort: Literal["price_asc", "price_desc", "sales", "newest"] | None = Field(
        default=None,
        description="by lowest price, by number sold or by the time of listing; by default in the order in which they were "
        "created",
    )
