"""Events of the other services, as a running search receives them."""

from __future__ import annotations

from typing import Any

from contracts.catalog import (
    Category,
    MiniProgramPublished,
    Owner,
    ProductListed,
    SkuState,
    StockLevelChanged,
)
from contracts.money import cny
from contracts.terms import CommissionTerms

TERMS = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)
PROGRAM = "songguo001"


def program(version: int = 1, **more: Any) -> MiniProgramPublished:
    """The mini program PROGRAM, published."""
    fields = {
        "mini_program_id": PROGRAM, "name": "松果优选", "name_en": "Pine Cone Select",
        "slogan": "慢慢选", "slogan_en": "No hurry",
        "owner": Owner(owner_id="o1", name="松果", name_en="Pine Cone", kind="brand"), "category": "e-commerce", "logo_url": "/l.png",
        "hosts": ("app",), "state": "published", "categories": (Category(category_id="lamps", name="灯具"),),
        "terms": TERMS, "version": version,
    }  # fmt: skip
    return MiniProgramPublished(**(fields | more))


def product(product_id: str, title: str, version: int = 1, **more: Any) -> ProductListed:
    """A product of PROGRAM, listed."""
    fields = {
        "product_id": product_id, "mini_program_id": PROGRAM, "title": title, "category_id": "lamps", "images": ("/i.png",),
        "skus": (SkuState(sku_id=f"{product_id}-s", attributes={}, price=cny(9900)),), "terms": TERMS, "version": version,
    }  # fmt: skip
    return ProductListed(**(fields | more))


def stock(product_id: str, available: int, version: int) -> StockLevelChanged:
    """The stock of the product's only SKU."""
    return StockLevelChanged(
        sku_id=f"{product_id}-s",
        product_id=product_id,
        mini_program_id=PROGRAM,
        available=available,
        version=version,
    )
