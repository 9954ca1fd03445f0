"""Whether the products of an order are on sale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OnSale:
    """What the catalog knows about a product when an order asks for it."""

    mini_program_id: str
    mini_program_published: bool
    listed: bool
    skus: frozenset[str]


def why_not_on_sale(
    mini_program_id: str, wanted: Iterable[tuple[str, str]], products: Mapping[str, OnSale]
) -> str | None:
    """Why an order for `wanted` (product_id, sku_id) is rejected: `suspended` or `delisted`; None if all is on sale.

    A product of another mini program, and a SKU that is not (or no longer) its product's, count as delisted.
    """
    for product_id, sku_id in wanted:
        product = products.get(product_id)
        if product is None or product.mini_program_id != mini_program_id:
            return "delisted"
        if not product.mini_program_published:
            return "suspended"
        if not product.listed or sku_id not in product.skus:
            return "delisted"
    return None
