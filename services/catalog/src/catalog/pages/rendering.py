"""Bytes of pages, made once for each version of a document; only stock numbers are put in later.

The shapes are those of `contracts.api.pages`, to which tests hold them.
"""

from __future__ import annotations

from typing import Any

import orjson

from runtime.mongo.client import Document


def _money(fen: int) -> dict[str, Any]:
    return {"amount": fen, "currency": "CNY"}


def mini_program_card(document: Document) -> bytes:
    """MiniProgramCard of a mini program's document."""
    owner = document["owner"]
    return orjson.dumps(
        {
            "mini_program_id": document["_id"],
            "name": document["name"],
            "name_en": document["name_en"],
            "owner": {
                "owner_id": owner["owner_id"],
                "name": owner["name"],
                "name_en": owner.get("name_en", ""),
                "kind": owner["kind"],
            },
            "logo_url": document["logo_url"],
            "slogan": document["slogan"],
            "slogan_en": document.get("slogan_en", ""),
            "category": document["category"],
            "sponsored": document["sponsored"],
        }
    )


def price_from(document: Document) -> int:
    """The lowest price of a product's SKUs, in fen."""
    lowest: int = min(sku["price"] for sku in document["skus"])
    return lowest


def page_parts(document: Document) -> tuple[bytes, tuple[bytes, ...], bytes]:
    """ProductPage of a product's document: up to the list of SKUs, each SKU up to its number, and what follows."""
    head = orjson.dumps(
        {
            "product_id": document["_id"],
            "mini_program_id": document["mini_program_id"],
            "title": document["title"],
            "title_en": document["title_en"],
            "description": document["description"],
            "brand": document["brand"],
            "brand_en": document.get("brand_en", ""),
            "category_id": document["category_id"],
            "attributes": dict(document["attributes"]),
            "attributes_en": dict(document.get("attributes_en", ())),
            "images": document["images"],
        }
    )
    skus = tuple(
        orjson.dumps(
            {
                "sku_id": s["sku_id"],
                "attributes": dict(s["attributes"]),
                "attributes_en": dict(s.get("attributes_en", ())),
                "price": _money(s["price"]),
            }
        )[:-1] + b',"available":'
        for s in document["skus"]
    )  # fmt: skip
    tail = orjson.dumps(
        {
            "price_from": _money(price_from(document)),
            "rating": document["rating"],
            "sales": document["sales"],
            "share_allowed": document["share_allowed"],
        }
    )
    return head[:-1] + b',"skus":[', skus, b"]," + tail[1:]


def product_page(parts: tuple[bytes, tuple[bytes, ...], bytes], available: list[int]) -> bytes:
    """The page with these numbers."""
    head, skus, tail = parts
    numbered = [b"%b%d}" % (sku, number) for sku, number in zip(skus, available, strict=True)]
    return head + b",".join(numbered) + tail


def product_card(document: Document) -> bytes:
    """ProductCard of a product's document, open at its end for `in_stock`."""
    card = orjson.dumps(
        {
            "product_id": document["_id"],
            "mini_program_id": document["mini_program_id"],
            "title": document["title"],
            "title_en": document["title_en"],
            "price": _money(price_from(document)),
            "image_url": document["images"][0],
            "sales": document["sales"],
            "rating": document["rating"],
        }
    )
    return card[:-1] + b',"in_stock":'


def listing(items: list[bytes], next_cursor: str | None) -> bytes:
    """A page of a list."""
    return b'{"items":[' + b",".join(items) + b'],"next_cursor":' + orjson.dumps(next_cursor) + b"}"


def store_head(document: Document) -> bytes:
    """StorePage of a mini program's document, up to its products."""
    rest = orjson.dumps({"banner_url": document["banner_url"] or None, "categories": document["categories"]})
    return b'{"mini_program":' + mini_program_card(document) + b"," + rest[1:-1] + b',"products":'
