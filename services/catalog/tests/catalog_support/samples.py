"""Aggregates for tests that need no running catalog."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from catalog.application.read_model.shelf import EPOCH, Shelf
from catalog.domain.content import Category
from catalog.domain.mini_program import MiniProgram, MiniProgramDetails
from catalog.domain.product import Product, ProductDetails, Sku
from catalog.domain.stock import StockLevel
from catalog.domain.terms import Terms
from catalog.domain.video import Anchor, Video

PROGRAM = MiniProgramDetails(
    owner_id="o1", owner_name="Owner", owner_kind="brand", name="Shop", name_en="", aliases=("店",), slogan="",
    category="e_commerce", logo_url="/media/l.png", banner_url="", hosts=("h1",), categories=(Category("tea", "Tea"),),
    exposure_priority=0, sponsored=False, merchant="default", platform_bp=100, creator_bp=500,
)  # fmt: skip
PRODUCT = ProductDetails(
    title="Tea", title_en="", description='a "quoted" 茶', brand="", model="", category_id="tea",
    attributes=(("a.b", "$c"),), images=("/media/t.png",), skus=(Sku("s1", (("weight", "1"),), 100),), rating=None,
    sales=0, share_allowed=True, own_terms=None,
)  # fmt: skip
VIDEO = Video("v1", "h1", "c1", "Lin", "Tea", "", 0, (Anchor("a", "x", "shop0001", "p1", 0),), 1)

Item = MiniProgram | Product | StockLevel


def a_program(version: int = 1, **changes: Any) -> MiniProgram:
    """A published mini program; `changes` are of its details or its state."""
    state = changes.pop("state", "published")
    return MiniProgram("shop0001", replace(PROGRAM, **changes), state, Terms(100, 500, 1), version)


def a_product(number: int = 1, version: int = 1, *, listed: bool = True, **changes: Any) -> Product:
    """The product `p1` (for number 1) with the SKUs `s1` and `s1b`."""
    skus = (Sku(f"s{number}", (("w", "1"),), 200), Sku(f"s{number}b", (), 100))
    details = replace(PRODUCT, **({"skus": skus, "rating": 4.5, "sales": 3, "listed": listed} | changes))
    return Product(f"p{number}", "shop0001", details, Terms(100, 500, 1), version)


def a_level(sku_id: str, available: int, version: int = 1) -> StockLevel:
    """A level of one of the SKUs of `a_product`."""
    product_id = sku_id[:2].replace("s", "p")
    return StockLevel(sku_id, available, version, product_id, "shop0001")


def put(shelf: Shelf, *items: Item) -> None:
    """Put the items on the shelf, in this order. Products were created in the order of their numbers."""
    for item in items:
        match item:
            case MiniProgram():
                shelf.put_mini_program(item)
            case Product():
                shelf.put_product(item, EPOCH + timedelta(seconds=int(item.product_id[1:])))
            case StockLevel():
                shelf.put_level(item)
