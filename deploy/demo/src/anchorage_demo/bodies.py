"""The demo's objects as the bodies of the gateway's calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anchorage_demo.world import (
    Account,
    CommissionTerms,
    Creator,
    Host,
    MiniProgram,
    Owner,
    Product,
    Video,
    World,
)

Json = dict[str, Any]


def picture_path(name: str) -> str:
    """The path under which catalog serves a picture."""
    return f"/media/{name}.svg"


def partner_body(partner: Host | Creator) -> Json:
    """A host app or a creator."""
    return {"name": partner.name.zh}


def owner_body(owner: Owner) -> Json:
    """An owner, with a contact that nobody reads."""
    contact = {"name": owner.name.zh, "email": f"{owner.owner_id}@demo.example"}
    return {"name": owner.name.zh, "kind": owner.kind, "contact": contact}


def account_body(account: Account) -> Json:
    """A creator's or a merchant's account in a host."""
    return {
        "host_id": account.host_id,
        "name": account.name.zh,
        "bio": account.about.zh,
        "kind": "creator" if account.creator_id else "merchant",
        "avatar_url": picture_path(account.avatar_name),
        "followers": account.followers,
        "creator_id": account.creator_id,
    }


def program_body(program: MiniProgram, owner: Owner, host_ids: Sequence[str]) -> Json:
    """A mini program with its store's categories, to be seen in these hosts."""
    return {
        "owner_id": owner.owner_id,
        "owner_name": owner.name.zh,
        "owner_name_en": owner.name.en,
        "owner_kind": owner.kind,
        "name": program.name.zh,
        "name_en": program.name.en,
        "aliases": list(program.aliases),
        "slogan": program.slogan.zh,
        "slogan_en": program.slogan.en,
        "category": program.category,
        "logo_url": picture_path(program.logo_name),
        "banner_url": picture_path(program.banner_name),
        "hosts": list(host_ids),
        "categories": [
            {"category_id": c.category_id, "name": c.name.zh, "name_en": c.name.en}
            for c in program.categories
        ],
        "layout": {
            "sections": [
                {
                    "kind": section.kind,
                    "title": section.title.zh,
                    "title_en": section.title.en,
                    "product_ids": list(section.product_ids),
                }
                for section in program.sections
            ]
        },
        "theme_colour": program.colour,
        "exposure_priority": program.exposure_priority,
        "terms": _terms(program.commission or CommissionTerms(0, 0)),
    }


def product_body(product: Product) -> Json:
    """A product with its SKUs."""
    return {
        "title": product.title.zh,
        "title_en": product.title.en,
        "description": f"{product.description.zh}\n\n{product.description.en}",
        "brand": product.brand.zh,
        "brand_en": product.brand.en,
        "model": product.model.zh,
        "category_id": product.category_id,
        "attributes": {a.name.zh: a.value.zh for a in product.attributes},
        "attributes_en": {a.name.en: a.value.en for a in product.attributes},
        "images": [picture_path(picture.name) for picture in product.pictures],
        "skus": [
            {
                "sku_id": sku.sku_id,
                "attributes": {a.name.zh: a.value.zh for a in sku.attributes},
                "attributes_en": {a.name.en: a.value.en for a in sku.attributes},
                "price": {"amount": sku.price_fen, "currency": "CNY"},
                "initial_stock": sku.stock,
            }
            for sku in product.skus
        ],
        "rating": product.rating,
        "sales": product.sold,
        "terms": _terms(product.commission),
    }


def video_body(video: Video, world: World) -> Json:
    """A video with its anchors."""
    creator = world.creator(video.creator_id)
    return {
        "host_id": video.host_id,
        "title": video.title.zh,
        "title_en": video.title.en,
        "creator_name": creator.name.zh,
        "creator_name_en": creator.name.en,
        "cover_url": picture_path(video.cover_name),
        "duration_ms": video.seconds * 1000,
        "anchors": [
            {
                "anchor_id": anchor.anchor_id,
                "title": anchor.title.zh,
                "title_en": anchor.title.en,
                "product_id": anchor.product_id,
                "mini_program_id": world.product(anchor.product_id).mini_program_id,
                "start_ms": 3000 * n,
            }
            for n, anchor in enumerate(video.anchors, start=1)
        ],
    }


def _terms(commission: CommissionTerms) -> Json:
    return {"platform_bp": commission.platform_bps, "creator_bp": commission.creator_bps}
