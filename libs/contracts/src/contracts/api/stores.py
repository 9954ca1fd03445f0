"""The store page of a mini program."""

from __future__ import annotations

from pydantic import Field

from contracts.api.common import Answer, Id, Page, PageQuery
from contracts.api.mini_programs import Layout, MiniProgramCard
from contracts.api.products import ProductCard


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
