"""The one place where what happened inside becomes what is told to others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.domain.mini_program import MiniProgram, MiniProgramEvent
from catalog.domain.product import Product, ProductEvent
from catalog.domain.terms import Terms
from catalog.domain.video import Video, VideoEvent
from contracts.catalog import (
    Anchor,
    Category,
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramState,
    MiniProgramSuspended,
    Owner,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    ProductState,
    SkuState,
    VideoAnchorMounted,
    VideoAnchorUnmounted,
    VideoPublished,
)
from contracts.event import Event
from contracts.money import cny
from contracts.terms import CommissionTerms

_MINI_PROGRAM: dict[MiniProgramEvent, type[MiniProgramState]] = {
    "registered": MiniProgramRegistered,
    "published": MiniProgramPublished,
    "changed": MiniProgramChanged,
    "suspended": MiniProgramSuspended,
}
_PRODUCT: dict[ProductEvent, type[ProductState]] = {
    "listed": ProductListed,
    "changed": ProductChanged,
    "delisted": ProductDelisted,
}


def of_mini_program(program: MiniProgram, happened: MiniProgramEvent | None) -> list[Event]:
    """The whole mini program, as the event that happened to it."""
    if happened is None:
        return []
    face = program.face
    return [
        _MINI_PROGRAM[happened](
            version=program.version,
            mini_program_id=program.mini_program_id,
            name=face.name,
            name_en=face.name_en,
            aliases=face.aliases,
            owner=Owner(
                owner_id=face.owner_id, name=face.owner_name, name_en=face.owner_name_en, kind=face.owner_kind
            ),
            slogan=face.slogan,
            slogan_en=face.slogan_en,
            category=face.category,
            logo_url=face.logo_url,
            banner_url=face.banner_url,
            hosts=face.hosts,
            state=program.state,
            exposure_priority=face.exposure_priority,
            sponsored=face.sponsored,
            categories=tuple(
                Category(category_id=s.category_id, name=s.name, name_en=s.name_en) for s in face.categories
            ),
            terms=_terms(program.terms),
            merchant=face.merchant,
        )
    ]


def of_product(product: Product, happened: ProductEvent | None) -> list[Event]:
    """The whole product, as the event that happened to it."""
    if happened is None:
        return []
    sheet = product.sheet
    return [
        _PRODUCT[happened](
            version=product.version,
            product_id=product.product_id,
            mini_program_id=product.mini_program_id,
            title=sheet.title,
            title_en=sheet.title_en,
            description=sheet.description,
            brand=sheet.brand,
            brand_en=sheet.brand_en,
            model=sheet.model,
            category_id=sheet.category_id,
            attributes=dict(sheet.attributes),
            attributes_en=dict(sheet.attributes_en),
            images=sheet.images,
            skus=tuple(
                SkuState(
                    sku_id=sku.sku_id,
                    attributes=dict(sku.attributes),
                    attributes_en=dict(sku.attributes_en),
                    price=cny(sku.price),
                )
                for sku in sheet.skus
            ),
            rating=sheet.rating,
            sales=sheet.sales,
            share_allowed=sheet.share_allowed,
            listed=product.listed,
            terms=_terms(product.terms),
        )
    ]


def of_video(video: Video, happened: Sequence[VideoEvent]) -> list[Event]:
    """The whole video, once for each thing that happened to it."""
    whole: dict[str, Any] = {
        "version": video.version,
        "video_id": video.video_id,
        "host_id": video.host_id,
        "title": video.title,
        "title_en": video.title_en,
        "creator_id": video.creator_id,
        "creator_name": video.creator_name,
        "creator_name_en": video.creator_name_en,
        "cover_url": video.cover_url,
        "duration_ms": video.duration_ms,
        "anchors": tuple(
            Anchor(
                anchor_id=a.anchor_id,
                title=a.title,
                title_en=a.title_en,
                mini_program_id=a.mini_program_id,
                product_id=a.product_id,
                start_ms=a.start_ms,
            )
            for a in video.anchors
        ),
    }
    events: list[Event] = []
    for what, anchor_id in happened:
        if what == "published":
            events.append(VideoPublished(**whole))
        elif what == "mounted":
            events.append(VideoAnchorMounted(**whole, anchor_id=anchor_id))
        else:
            events.append(VideoAnchorUnmounted(**whole, anchor_id=anchor_id))
    return events


def _terms(terms: Terms) -> CommissionTerms:
    return CommissionTerms(
        platform_bp=terms.platform_bp, creator_bp=terms.creator_bp, terms_version=terms.version
    )
