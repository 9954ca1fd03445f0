"""Cards: the part of a product that result lists show."""

from __future__ import annotations

from typing import NamedTuple

from search.domain.documents import Product


class Card(NamedTuple):
    """A product in a list; `price` in minor units."""

    product_id: str
    mini_program_id: str
    title: str
    title_en: str
    price: int
    image_url: str
    in_stock: bool
    sales: int
    rating: float | None = None


def card_of(product: Product) -> Card:
    """The card of a product."""
    return Card(
        product.product_id,
        product.mini_program_id,
        product.title,
        product.title_en,
        product.price,
        product.image_url,
        product.in_stock,
        product.sales,
        product.rating,
    )
