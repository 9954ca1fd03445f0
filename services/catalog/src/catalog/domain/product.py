"""A product with its SKUs, as its owner describes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.errors import WrongContent
from catalog.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Sku:
    """One variant of a product; `price` in fen."""

    sku_id: str
    attributes: tuple[tuple[str, str], ...]
    price: int
    attributes_en: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """Everything that an owner's PUT sets, all at once. `own_terms` None means the mini program's."""

    title: str
    title_en: str
    description: str
    brand: str
    model: str
    category_id: str
    attributes: tuple[tuple[str, str], ...]
    images: tuple[str, ...]
    skus: tuple[Sku, ...]
    rating: float | None
    sales: int
    share_allowed: bool
    own_terms: tuple[int, int] | None
    brand_en: str = ""
    attributes_en: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Product:
    """The aggregate; `version` counts its changes, `terms` are the ones in force."""

    product_id: str
    mini_program_id: str
    details: ProductDetails
    listed: bool
    terms: Terms
    version: int


ProductEvent = Literal["listed", "changed", "delisted"]
Changed = tuple[Product, ProductEvent]
"""The aggregate after a command, and what happened to it."""


def check(details: ProductDetails) -> None:
    """Raises WrongContent if a SKU is named twice."""
    seen: set[str] = set()
    for number, sku in enumerate(details.skus):
        if sku.sku_id in seen:
            raise WrongContent((f"skus[{number}].sku_id", "this SKU is named twice"))
        seen.add(sku.sku_id)


def list_new(product_id: str, mini_program_id: str, details: ProductDetails, program_terms: Terms) -> Changed:
    """A new product that is on sale."""
    platform_bp, creator_bp = _shares(details, program_terms)
    terms = Terms(platform_bp, creator_bp, 1)
    return Product(product_id, mini_program_id, details, listed=True, terms=terms, version=1), "listed"


def change(current: Product, details: ProductDetails, program_terms: Terms) -> Changed | None:
    """Replace the details, and list the product again if it was delisted; None if nothing changes."""
    terms = current.terms.changed_to(*_shares(details, program_terms))
    if details == current.details and terms == current.terms and current.listed:
        return None
    after = replace(current, details=details, terms=terms, listed=True, version=current.version + 1)
    return after, "changed" if current.listed else "listed"


def take_terms(current: Product, program_terms: Terms) -> Changed | None:
    """Take the mini program's new terms, unless the product has its own; None if nothing changes."""
    terms = current.terms.changed_to(*_shares(current.details, program_terms))
    if terms == current.terms:
        return None
    after = replace(current, terms=terms, version=current.version + 1)
    return after, "changed" if current.listed else "delisted"


def delist(current: Product) -> Changed | None:
    """Take the product off sale; None if it is already."""
    if not current.listed:
        return None
    return replace(current, listed=False, version=current.version + 1), "delisted"


def _shares(details: ProductDetails, program_terms: Terms) -> tuple[int, int]:
    return details.own_terms or (program_terms.platform_bp, program_terms.creator_bp)
