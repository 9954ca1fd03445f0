"""A product as a feed describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from catalog.domain import product as rules
from catalog.domain.picture import is_here
from catalog.domain.product import Changed, Product, ProductDetails, Sku
from catalog.domain.remote_picture import shown
from catalog.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class FeedContent:
    """A product's content in a feed. `images` are the addresses of its pictures.

    `levels` are the pieces of those SKUs whose stock the feed sets; `initial` are the pieces with which new SKUs start.
    """

    title: str
    description: str
    brand: str
    model: str
    category_id: str
    images: tuple[str, ...]
    skus: tuple[Sku, ...]
    levels: Mapping[str, int]
    initial: Mapping[str, int]

    @property
    def images_elsewhere(self) -> tuple[str, ...]:
        """The addresses from which pictures are to be fetched."""
        return tuple(url for url in self.images if not is_here(url))

    def details(
        self, current: Product | None, program_terms: Terms, pictures: Mapping[str, str]
    ) -> ProductDetails:
        """The details that the product gets. Fields that feeds do not have stay; an English text goes if its Chinese text changes.

        `pictures` are our copies by the addresses from which they were fetched. If the addresses are those that the product has, its
        pictures stay: `take_pictures` changes them, and the feed's line is unchanged.
        """
        before = current.details if current is not None else _EMPTY
        same_addresses = current is not None and current.feed_images == self.images
        low_at = {sku.sku_id: sku.low_at for sku in before.skus}
        wanted = replace(
            before,
            title=self.title,
            title_en=before.title_en if before.title == self.title else "",
            description=self.description,
            brand=self.brand,
            brand_en=before.brand_en if before.brand == self.brand else "",
            model=self.model,
            category_id=self.category_id,
            images=before.images if same_addresses else shown(self.images, pictures),
            skus=tuple(replace(sku, low_at=low_at.get(sku.sku_id)) for sku in self.skus),
            listed=True,
        )
        return rules.by_owner(wanted, current, program_terms)

    def new_skus(self, current: Product | None) -> dict[str, int]:
        """The pieces with which SKUs start that the product does not have yet."""
        known = {sku.sku_id for sku in current.details.skus} if current is not None else set()
        return {sku_id: count for sku_id, count in self.initial.items() if sku_id not in known}


_EMPTY = ProductDetails(
    title="", title_en="", description="", brand="", model="", category_id="", attributes=(), images=(), skus=(), rating=None,
    sales=0, share_allowed=True, own_terms=None,
)  # fmt: skip


def follow(
    current: Product | None,
    content: FeedContent,
    run_id: str,
    product_id: str,
    mini_program_id: str,
    program_terms: Terms,
    pictures: Mapping[str, str],
) -> Changed | None:
    """The product as the feed has it; None if nothing changes. `pictures` are our copies by the addresses that they are from."""
    details = content.details(current, program_terms, pictures)
    if current is None:
        changed: Changed | None = rules.list_new(product_id, mini_program_id, details, program_terms)
    else:
        changed = rules.change(current, details, program_terms)
        if changed is None and current.feed_images != content.images:
            changed = replace(current, version=current.version + 1), "changed"
    by_run = _by(run_id, changed)
    return (replace(by_run[0], feed_images=content.images), by_run[1]) if by_run is not None else None


def take_pictures(current: Product, pictures: Mapping[str, str]) -> Changed | None:
    """The product with the pictures that were fetched for it; None if nothing changes. Causes no conflict for `If-Match`."""
    if not current.feed_images:
        return None
    images = shown(current.feed_images, pictures)
    if images == current.details.images:
        return None
    details = replace(current.details, images=images)
    after = replace(current, details=details, version=current.version + 1)
    return after, "changed" if after.listed else "delisted"


def leave(current: Product, run_id: str) -> Changed | None:
    """The product taken off sale, because the feed does not have it; None if it is off sale already."""
    return _by(run_id, rules.delist(current))


def _by(run_id: str, changed: Changed | None) -> Changed | None:
    return (replace(changed[0], feed_run=run_id), changed[1]) if changed is not None else None
