"""Requests as domain objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalog.domain.content import Category, Content, Section
from catalog.domain.errors import WrongContent
from catalog.domain.mini_program import MiniProgramDetails
from catalog.domain.product import Product, ProductDetails, Sku
from catalog.domain.video import Anchor, Video
from contracts.api.mini_programs import CategoryRequest, Layout, MiniProgramDraft, MiniProgramRequest
from contracts.api.products import ProductRequest, ProductTerms, SkuRequest
from contracts.api.videos import AnchorContent, AnchorRequest, VideoRequest
from contracts.money import cny


def content_of_draft(draft: MiniProgramDraft) -> Content:
    """The content in a request."""
    return Content(
        name=draft.name,
        name_en=draft.name_en,
        aliases=tuple(draft.aliases),
        slogan=draft.slogan,
        slogan_en=draft.slogan_en,
        category=draft.category,
        logo_url=draft.logo_url or "",
        banner_url=draft.banner_url or "",
        categories=_categories(draft.categories),
        sections=_sections(draft.layout),
        theme_colour=draft.theme_colour or "",
        requested_hosts=tuple(dict.fromkeys(draft.requested_hosts)),
        creator_bp=draft.terms.creator_bp,
    )


def _categories(wanted: Sequence[CategoryRequest]) -> tuple[Category, ...]:
    return tuple(Category(c.category_id, c.name, c.name_en) for c in wanted)


def _sections(layout: Layout) -> tuple[Section, ...]:
    return tuple(
        Section(s.kind, s.title, s.title_en, s.category_id, tuple(s.product_ids)) for s in layout.sections
    )


def mini_program_details(wanted: MiniProgramRequest, mini_program_id: str) -> MiniProgramDetails:
    """The details in an operator's request; raises WrongContent if it names another mini program, or no owner."""
    if wanted.owner_id is None:
        raise WrongContent(("owner_id", "name the owner"))
    if wanted.mini_program_id not in (None, mini_program_id):
        raise WrongContent(("mini_program_id", "differs from the one in the path"))
    return MiniProgramDetails(
        owner_id=wanted.owner_id,
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
        categories=_categories(wanted.categories),
        sections=_sections(wanted.layout),
        theme_colour=wanted.theme_colour or "",
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
            Sku(
                s.sku_id,
                tuple(s.attributes.items()),
                s.price.amount,
                tuple(s.attributes_en.items()),
                s.low_at,
            )
            for s in wanted.skus
        ),
        rating=wanted.rating,
        sales=wanted.sales,
        share_allowed=wanted.share_allowed,
        own_terms=(wanted.terms.platform_bp, wanted.terms.creator_bp) if wanted.terms else None,
        listed=wanted.listed,
    )


def product_request(product: Product) -> ProductRequest:
    """The request that would make the product as it is: what a patch changes. Pictures that are still to be fetched are there."""
    details, own = product.details, product.details.own_terms
    return ProductRequest(
        title=details.title,
        title_en=details.title_en,
        description=details.description,
        brand=details.brand,
        brand_en=details.brand_en,
        model=details.model,
        category_id=details.category_id,
        attributes=dict(details.attributes),
        attributes_en=dict(details.attributes_en),
        images=list(details.images or product.feed_images),
        skus=[
            SkuRequest(
                sku_id=sku.sku_id,
                attributes=dict(sku.attributes),
                attributes_en=dict(sku.attributes_en),
                price=cny(sku.price),
                low_at=sku.low_at,
            )
            for sku in details.skus
        ],
        rating=details.rating,
        sales=details.sales,
        share_allowed=details.share_allowed,
        terms=ProductTerms(platform_bp=own[0], creator_bp=own[1]) if own else None,
        listed=details.listed,
    )


def patched_details(product: Product, wanted: ProductRequest) -> ProductDetails:
    """The details in a patched request: pictures that are still to be fetched are not shown by an edit of something else."""
    details = product_details(wanted)
    are_awaited = not product.details.images and details.images == product.feed_images
    return replace(details, images=()) if are_awaited else details


def initial_stock(wanted: ProductRequest) -> dict[str, int]:
    """What each new SKU starts with."""
    return {sku.sku_id: sku.initial_stock for sku in wanted.skus}


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
        anchors=tuple(anchor_of(anchor, anchor.anchor_id) for anchor in wanted.anchors),
        version=0,
    )


def anchor_of(wanted: AnchorContent, anchor_id: str) -> Anchor:
    """The anchor in a request."""
    return Anchor(
        anchor_id, wanted.title, wanted.mini_program_id, wanted.product_id, wanted.start_ms, wanted.title_en
    )


def video_request(video: Video) -> VideoRequest:
    """The video as its creator last sent it."""
    return VideoRequest(
        host_id=video.host_id,
        title=video.title,
        title_en=video.title_en,
        creator_name=video.creator_name,
        creator_name_en=video.creator_name_en,
        cover_url=video.cover_url or None,
        duration_ms=video.duration_ms,
        anchors=[
            AnchorRequest(
                anchor_id=wanted.anchor_id,
                title=wanted.title,
                title_en=wanted.title_en,
                mini_program_id=wanted.mini_program_id,
                product_id=wanted.product_id,
                start_ms=wanted.start_ms,
            )
            for wanted in (anchor.wanted for anchor in video.anchors)
        ],
    )
