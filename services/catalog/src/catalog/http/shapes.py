"""Requests into the catalog's own terms, and its aggregates into answers."""

from __future__ import annotations

from catalog.application.caller import Caller
from catalog.domain.errors import WrongContent
from catalog.domain.mini_program import Category, Face, MiniProgram
from catalog.domain.product import Product, Sheet, Sku
from catalog.domain.stock import Stock
from catalog.domain.video import Anchor, Video
from contracts.api.mini_programs import CategoryRequest, MiniProgramRequest, MiniProgramView, Terms
from contracts.api.products import ProductRequest, ProductView, StockView
from contracts.api.videos import AnchorView, CreatorCard, VideoPage, VideoRequest


def face_of(wanted: MiniProgramRequest, mini_program_id: str, caller: Caller) -> Face:
    """What a request says of a mini program; raises WrongContent when it speaks of another one or another owner."""
    if wanted.mini_program_id not in (None, mini_program_id):
        raise WrongContent(("mini_program_id", "differs from the one in the path"))
    owner_id = wanted.owner_id or caller.owner_id
    if owner_id is None:
        raise WrongContent(("owner_id", "an operator says whose it is"))
    if caller.owner_id not in (None, owner_id):
        raise WrongContent(("owner_id", "this is another owner's; leave it out"))
    return Face(
        owner_id=owner_id,
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


def mini_program_view(program: MiniProgram) -> MiniProgramView:
    """A mini program as its owner sees it."""
    face = program.face
    return MiniProgramView(
        mini_program_id=program.mini_program_id,
        owner_id=face.owner_id,
        owner_name=face.owner_name,
        owner_name_en=face.owner_name_en,
        owner_kind=face.owner_kind,
        name=face.name,
        name_en=face.name_en,
        aliases=list(face.aliases),
        slogan=face.slogan,
        slogan_en=face.slogan_en,
        category=face.category,
        logo_url=face.logo_url,
        banner_url=face.banner_url or None,
        hosts=list(face.hosts),
        categories=[
            CategoryRequest(category_id=s.category_id, name=s.name, name_en=s.name_en)
            for s in face.categories
        ],
        exposure_priority=face.exposure_priority,
        sponsored=face.sponsored,
        terms=Terms(platform_bp=face.platform_bp, creator_bp=face.creator_bp),
        merchant=face.merchant,
        state=program.state,
        version=program.version,
    )


def sheet_of(wanted: ProductRequest) -> Sheet:
    """What a request says of a product."""
    return Sheet(
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


def product_view(product: Product) -> ProductView:
    """A product as its owner sees it."""
    return ProductView(
        product_id=product.product_id,
        mini_program_id=product.mini_program_id,
        listed=product.listed,
        version=product.version,
    )


def stock_view(stock: Stock) -> StockView:
    """A SKU's stock as its owner sees it."""
    return StockView(
        sku_id=stock.sku_id,
        product_id=stock.product_id,
        available=stock.available,
        reserved=stock.reserved,
        sold=stock.sold,
        initial=stock.initial,
        adjusted=stock.adjusted,
    )


def video_of(wanted: VideoRequest, video_id: str, creator_id: str) -> Video:
    """What a request says of a creator's video."""
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


def video_view(video: Video) -> VideoPage:
    """A video as its creator sees it: prices and pictures are the viewers' page's to say."""
    return VideoPage(
        video_id=video.video_id,
        title=video.title,
        title_en=video.title_en,
        creator=CreatorCard(
            creator_id=video.creator_id, name=video.creator_name, name_en=video.creator_name_en
        ),
        cover_url=video.cover_url,
        duration_ms=video.duration_ms,
        anchors=[
            AnchorView(
                anchor_id=a.anchor_id,
                title=a.title,
                title_en=a.title_en,
                mini_program_id=a.mini_program_id,
                product_id=a.product_id,
                price=None,
                image_url=None,
                start_ms=a.start_ms,
            )
            for a in video.anchors
        ],
    )
