"""Requests as domain objects."""

from __future__ import annotations

from catalog.application.caller import Caller
from catalog.domain.errors import WrongContent
from catalog.domain.mini_program import Category, MiniProgramDetails
from catalog.domain.product import ProductDetails, Sku
from catalog.domain.video import Anchor, Video
from contracts.api.mini_programs import MiniProgramRequest
from contracts.api.products import ProductRequest
from contracts.api.videos import VideoRequest


def mini_program_details(
    wanted: MiniProgramRequest, mini_program_id: str, caller: Caller
) -> MiniProgramDetails:
    """The details in a request; raises WrongContent if it names another mini program or another owner."""
    if wanted.mini_program_id not in (None, mini_program_id):
        raise WrongContent(("mini_program_id", "differs from the one in the path"))
    return MiniProgramDetails(
        owner_id=caller.owner_of_new(wanted.owner_id),
        owner_name=wanted.owner_name,
        owner_name_en=wanted.owner_name_en,
        owner_kind=wanted.owner_kind,
        name=wanted.name,
        name_en=wanted.name_en,
        aliases=tuple(wanted.aliases),
        slogan=wanted.slogan,
        slogan_en=wanted.slogan_en,
        category=wanted.category,
        logo_url=wanted.logo_url,
        banner_url=wanted.banner_url or "",
        hosts=tuple(dict.fromkeys(wanted.hosts)),
        categories=tuple(Category(c.category_id, c.name, c.name_en) for c in wanted.categories),
        exposure_priority=wanted.exposure_priority,
        sponsored=wanted.sponsored,
        merchant=wanted.merchant,
        platform_bp=wanted.terms.platform_bp,
        creator_bp=wanted.terms.creator_bp,
    )


def product_details(wanted: ProductRequest) -> ProductDetails:
    """The details in a request."""
    return ProductDetails(
        title=wanted.title,
        title_en=wanted.title_en,
        description=wanted.description,
        brand=wanted.brand,
        brand_en=wanted.brand_en,
        model=wanted.model,
        category_id=wanted.category_id,
        attributes=tuple(wanted.attributes.items()),
        attributes_en=tuple(wanted.attributes_en.items()),
        images=tuple(wanted.images),
        skus=tuple(
            Sku(s.sku_id, tuple(s.attributes.items()), s.price.amount, tuple(s.attributes_en.items()))
            for s in wanted.skus
        ),
        rating=wanted.rating,
        sales=wanted.sales,
        share_allowed=wanted.share_allowed,
        own_terms=(wanted.terms.platform_bp, wanted.terms.creator_bp) if wanted.terms else None,
    )


def video_of(wanted: VideoRequest, video_id: str, creator_id: str) -> Video:
    """The video in a request."""
    return Video(
        video_id=video_id,
        host_id=wanted.host_id,
        creator_id=creator_id,
        creator_name=wanted.creator_name,
        creator_name_en=wanted.creator_name_en,
        title=wanted.title,
        title_en=wanted.title_en,
        cover_url=wanted.cover_url or "",
        duration_ms=wanted.duration_ms,
        anchors=tuple(
            Anchor(a.anchor_id, a.title, a.mini_program_id, a.product_id, a.start_ms, a.title_en)
            for a in wanted.anchors
        ),
        version=0,
    )
