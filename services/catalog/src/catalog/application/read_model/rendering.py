"""The JSON of pages, rendered once for each version of an aggregate; only stock levels are filled in later.

The shapes are those of `contracts.api`; tests compare them.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Product
from catalog.domain.video import Video

PageParts = tuple[bytes, tuple[bytes, ...], bytes]
"""A ProductPage up to its list of SKUs, each SKU up to its available quantity, and what follows."""


def money(fen: int) -> dict[str, Any]:
    return {"amount": fen, "currency": "CNY"}


def mini_program_card(program: MiniProgram) -> bytes:
    """A MiniProgramCard."""
    details = program.details
    return orjson.dumps(
        {
            "mini_program_id": program.mini_program_id,
            "name": details.name,
            "name_en": details.name_en,
            "owner": {
                "owner_id": details.owner_id,
                "name": details.owner_name,
                "name_en": details.owner_name_en,
                "kind": details.owner_kind,
            },
            "logo_url": details.logo_url,
            "slogan": details.slogan,
            "slogan_en": details.slogan_en,
            "category": details.category,
            "sponsored": details.sponsored,
        }
    )


def store_head(program: MiniProgram, card: bytes) -> bytes:
    """A StorePage up to its products."""
    rest = orjson.dumps(
        {
            "banner_url": program.details.banner_url or None,
            "categories": [
                {"category_id": c.category_id, "name": c.name, "name_en": c.name_en}
                for c in program.details.categories
            ],
            "layout": {"sections": [asdict(section) for section in program.details.sections]},
            "theme_colour": program.details.theme_colour or None,
        }
    )
    return b'{"mini_program":' + card + b"," + rest[1:-1] + b',"products":'


def store_page(head: bytes, products: bytes) -> bytes:
    """A StorePage."""
    return head + products + b',"degraded":[]}'


def store_page_without_products(head: bytes) -> bytes:
    """A StorePage that says that its products are left out."""
    return head + b'null,"degraded":["products"]}'


def price_from(product: Product) -> int:
    """The lowest price of a product's SKUs, in fen."""
    return min(sku.price for sku in product.details.skus)


def page_parts(product: Product) -> PageParts:
    """A ProductPage without its stock levels."""
    details = product.details
    head = orjson.dumps(
        {
            "product_id": product.product_id,
            "mini_program_id": product.mini_program_id,
            "title": details.title,
            "title_en": details.title_en,
            "description": details.description,
            "brand": details.brand,
            "brand_en": details.brand_en,
            "category_id": details.category_id,
            "attributes": dict(details.attributes),
            "attributes_en": dict(details.attributes_en),
            "images": details.images,
        }
    )
    skus = tuple(
        orjson.dumps(
            {
                "sku_id": sku.sku_id,
                "attributes": dict(sku.attributes),
                "attributes_en": dict(sku.attributes_en),
                "price": money(sku.price),
            }
        )[:-1] + b',"available":'
        for sku in details.skus
    )  # fmt: skip
    tail = orjson.dumps(
        {
            "price_from": money(price_from(product)),
            "rating": product.rating,
            "rating_count": product.popularity.reviews,
            "sales": product.sales,
            "share_allowed": details.share_allowed,
        }
    )
    return head[:-1] + b',"skus":[', skus, b"]," + tail[1:]


def product_page(parts: PageParts, available: list[int]) -> bytes:
    """The ProductPage with these stock levels."""
    head, skus, tail = parts
    numbered = [b"%b%d}" % (sku, number) for sku, number in zip(skus, available, strict=True)]
    return head + b",".join(numbered) + tail


def product_card(product: Product) -> bytes:
    """A ProductCard up to the value of `in_stock`."""
    details = product.details
    card = orjson.dumps(
        {
            "product_id": product.product_id,
            "mini_program_id": product.mini_program_id,
            "title": details.title,
            "title_en": details.title_en,
            "price": money(price_from(product)),
            "image_url": details.cover,
            "sales": product.sales,
            "rating": product.rating,
        }
    )
    return card[:-1] + b',"in_stock":'


def listing(items: list[bytes], next_cursor: str | None) -> bytes:
    """A page of a list."""
    return b'{"items":[' + b",".join(items) + b'],"next_cursor":' + orjson.dumps(next_cursor) + b"}"


def video_page(video: Video, anchors: list[dict[str, Any]]) -> bytes:
    """A VideoPage."""
    return orjson.dumps(
        {
            "video_id": video.video_id,
            "title": video.title,
            "title_en": video.title_en,
            "creator": {
                "creator_id": video.creator_id,
                "name": video.creator_name,
                "name_en": video.creator_name_en,
            },
            "cover_url": video.cover_url,
            "duration_ms": video.duration_ms,
            "anchors": anchors,
        }
    )
