"""A product with its SKUs, as its owner's feed says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from catalog.domain.errors import WrongContent
from catalog.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Sku:
    """One thing that can be bought; `price` in fen."""

    sku_id: str
    attributes: tuple[tuple[str, str], ...]
    price: int
    attributes_en: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What can be said of a product by a PUT: all of it at once. `own_terms` None means the mini program's."""

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
    """The aggregate; `version` counts its changes, `terms` are those that hold for it."""

    product_id: str
    mini_program_id: str
    sheet: Sheet
    listed: bool
    terms: Terms
    version: int


ProductEvent = Literal["listed", "changed", "delisted"]
Change = tuple[Product, ProductEvent | None]
"""The aggregate after a command, and what happened; None when nothing did."""


def check(sheet: Sheet) -> None:
    """Raises WrongContent when a SKU is named twice."""
    seen: set[str] = set()
    for number, sku in enumerate(sheet.skus):
        if sku.sku_id in seen:
            raise WrongContent((f"skus[{number}].sku_id", "this SKU is named twice"))
        seen.add(sku.sku_id)


def list_new(product_id: str, mini_program_id: str, sheet: Sheet, program_terms: Terms) -> Change:
    """A product that can be bought from now on."""
    platform_bp, creator_bp = _shares(sheet, program_terms)
    terms = Terms(platform_bp, creator_bp, 1)
    return Product(product_id, mini_program_id, sheet, listed=True, terms=terms, version=1), "listed"


def change(current: Product, sheet: Sheet, program_terms: Terms) -> Change:
    """`sheet` instead of what was; a delisted product is listed again by it."""
    terms = current.terms.changed_to(*_shares(sheet, program_terms))
    if sheet == current.sheet and terms == current.terms and current.listed:
        return current, None
    after = replace(current, sheet=sheet, terms=terms, listed=True, version=current.version + 1)
    return after, "changed" if current.listed else "listed"


def take_terms(current: Product, program_terms: Terms) -> Change:
    """The mini program's terms have changed: they hold here too, unless the product has its own."""
    terms = current.terms.changed_to(*_shares(current.sheet, program_terms))
    if terms == current.terms:
        return current, None
    return replace(
        current, terms=terms, version=current.version + 1
    ), "changed" if current.listed else "delisted"


def delist(current: Product) -> Change:
    """The product can no longer be bought."""
    if not current.listed:
        return current, None
    return replace(current, listed=False, version=current.version + 1), "delisted"


def _shares(sheet: Sheet, program_terms: Terms) -> tuple[int, int]:
    return sheet.own_terms or (program_terms.platform_bp, program_terms.creator_bp)
