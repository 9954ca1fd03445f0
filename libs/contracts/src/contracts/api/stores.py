"""The store page of a mini program."""

from __future__ import annotations

from pydantic import Field

from contracts.api.common import Answer, Id, Page, PageQuery
from contracts.api.mini_programs import MiniProgramCard
from contracts.api.products import ProductCard


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
