"""A product with its SKUs, as its owner describes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Literal

from catalog.domain.errors import WrongContent
from catalog.domain.popularity import UNKNOWN, Popularity
from catalog.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class Sku:
    """One variant of a product; `price` in fen. The stock is low once no more than `low_at` is available."""

    sku_id: str
    attributes: tuple[tuple[str, str], ...]
    price: int
    attributes_en: tuple[tuple[str, str], ...] = ()
    low_at: int | None = None


@dataclass(frozen=True, slots=True)
class ProductDetails:
    """Everything that a PUT sets, all at once. `own_terms` None means the mini program's.

    `sales` and `rating` are an operator's start: what was sold is added, and the first review replaces the rating.
    """

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
    own_terms: tuple[int | None, int] | None
    """Platform's and creator's share of this product; without one of its own, the platform's is the mini program's."""
    brand_en: str = ""
    attributes_en: tuple[tuple[str, str], ...] = ()
    listed: bool = True

    @property
    def cover(self) -> str:
        """The first picture; empty while those of a feed are still to be fetched."""
        return self.images[0] if self.images else ""

    def texts(self) -> dict[str, str]:
        """What viewers read, each with the path of its field."""
        fields = {
            "title": self.title, "title_en": self.title_en, "description": self.description, "brand": self.brand,
            "brand_en": self.brand_en, "model": self.model,
        }  # fmt: skip
        fields |= _texts("attributes", self.attributes) | _texts("attributes_en", self.attributes_en)
        for n, sku in enumerate(self.skus):
            fields |= _texts(f"skus[{n}].attributes", sku.attributes)
            fields |= _texts(f"skus[{n}].attributes_en", sku.attributes_en)
        return {field: text for field, text in fields.items() if text}


@dataclass(frozen=True, slots=True)
class Product:
    """The aggregate; `version` counts its changes, `terms` are the ones in force.

    `edition` counts the changes that people make. It is the version that editors see, so a sale is no conflict for them.
    """

    product_id: str
    mini_program_id: str
    details: ProductDetails
    terms: Terms
    version: int
    edition: int = 1
    popularity: Popularity = UNKNOWN
    feed_run: str = ""
    """The run of a feed that wrote it last."""
    feed_images: tuple[str, ...] = ()
    """The addresses from which its pictures are, as a feed named them; none once its owner has set other pictures."""

    @property
    def listed(self) -> bool:
        """Whether it is on sale."""
        return self.details.listed

    @property
    def sales(self) -> int:
        """Pieces sold, counted from the operator's start."""
        return self.details.sales + self.popularity.sold

    @property
    def rating(self) -> float | None:
        """Average stars of its reviews; without any, the operator's start."""
        return self.popularity.rating if self.popularity.reviews else self.details.rating

    def edited(self, **changes: Any) -> Product:
        """The product after an edit."""
        return replace(self, **changes, version=self.version + 1, edition=self.edition + 1)


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Which products of a mini program to list: a part of the title or an id, on sale or not, of one category."""

    text: str = ""
    listed: bool | None = None
    category_id: str | None = None


ProductEvent = Literal["listed", "changed", "delisted"]
Changed = tuple[Product, ProductEvent]
"""The aggregate after a command, and what happened to it."""


def _texts(path: str, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {f"{path}.{name}": f"{name}: {value}" for name, value in pairs}


def check(details: ProductDetails) -> None:
    """Raises WrongContent if a SKU is named twice."""
    seen: set[str] = set()
    for number, sku in enumerate(details.skus):
        if sku.sku_id in seen:
            raise WrongContent((f"skus[{number}].sku_id", "this SKU is named twice"))
        seen.add(sku.sku_id)


def check_category(details: ProductDetails, categories: Collection[str]) -> None:
    """Raises WrongContent for a category that the mini program does not have."""
    if details.category_id not in categories:
        known = f"it has {', '.join(categories)}" if categories else "give its draft `categories` first"
        raise WrongContent(("category_id", f"the mini program has no such category; {known}"[:500]))


def by_owner(details: ProductDetails, current: Product | None, program_terms: Terms) -> ProductDetails:
    """What an owner's request makes of a product: sales, rating and what an operator set of its terms stay as they are.

    Raises WrongContent if it sets the creator's share below the one that an operator or the mini program set. A share that the
    product has already may stay: the mini program's may have been raised above it since, and counts then.
    """
    own, kept = details.own_terms, _set_by_operator(current)
    least = kept[1] if kept else program_terms.creator_bp
    is_new = current is None or own != current.details.own_terms
    if own is not None and is_new and own[1] < least:
        raise WrongContent(
            ("terms.creator_bp", f"must be at least {least}; a product can only raise the creator's share")
        )
    if kept:
        own = (kept[0], own[1] if own else kept[1])
    sales, rating = (current.details.sales, current.details.rating) if current is not None else (0, None)
    return replace(details, own_terms=own, sales=sales, rating=rating)


def list_new(product_id: str, mini_program_id: str, details: ProductDetails, program_terms: Terms) -> Changed:
    """A new product, on sale or not."""
    platform_bp, creator_bp = _shares(details, program_terms)
    terms = Terms(platform_bp, creator_bp, 1)
    product = Product(product_id, mini_program_id, details, terms=terms, version=1)
    return product, "listed" if details.listed else "delisted"


def change(current: Product, details: ProductDetails, program_terms: Terms) -> Changed | None:
    """Replace the details, and put the product on sale or take it off as they say; None if nothing changes."""
    terms = current.terms.changed_to(*_shares(details, program_terms))
    if details == current.details and terms == current.terms:
        return None
    feed_images = current.feed_images if details.images == current.details.images else ()
    after = current.edited(details=details, terms=terms, feed_images=feed_images)
    if not after.listed:
        return after, "delisted"
    return after, "changed" if current.listed else "listed"


def take_terms(current: Product, program_terms: Terms) -> Changed | None:
    """Take the mini program's new terms, unless the product has its own; None if nothing changes."""
    terms = current.terms.changed_to(*_shares(current.details, program_terms))
    if terms == current.terms:
        return None
    after = current.edited(terms=terms)
    return after, "changed" if current.listed else "delisted"


def delist(current: Product) -> Changed | None:
    """Take the product off sale; None if it is already."""
    if not current.listed:
        return None
    details = replace(current.details, listed=False)
    return current.edited(details=details), "delisted"


def count(current: Product, popularity: Popularity) -> Changed | None:
    """Take what was counted; None if nothing changes."""
    if popularity == current.popularity:
        return None
    after = replace(current, popularity=popularity, version=current.version + 1)
    return after, "changed" if current.listed else "delisted"


def _shares(details: ProductDetails, program_terms: Terms) -> tuple[int, int]:
    """The shares in force: an operator's exactly, an owner's as far as they raise the mini program's."""
    if details.own_terms is None:
        return program_terms.platform_bp, program_terms.creator_bp
    platform_bp, creator_bp = details.own_terms
    if platform_bp is None:
        return program_terms.platform_bp, max(creator_bp, program_terms.creator_bp)
    return platform_bp, creator_bp


def _set_by_operator(current: Product | None) -> tuple[int | None, int] | None:
    own = current.details.own_terms if current is not None else None
    return own if own is not None and own[0] is not None else None
