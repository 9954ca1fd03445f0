"""Paths and answers that several tests use."""

from __future__ import annotations

from typing import Any

PROGRAM = "/v1/mini-programs/wineshop01"
PRODUCT = f"{PROGRAM}/products/p1"
ORDER: dict[str, Any] = {
    "lines": [{"sku_id": "s1", "quantity": 1}],
    "address": {"recipient": "R", "phone": "13800000000", "region": "Beijing", "street": "1"},
}
TARGET: dict[str, Any] = {
    "target": {
        "mini_program_id": "wineshop01",
        "page": "product",
        "product": {"product_id": "p1"},
        "available": True,
    },
    "product_id": "p1",
    "mini_program_id": "wineshop01",
    "terms_version": 3,
    "creator_id": "creator-1",
}
"""What catalog answers to where a link to the product leads."""
