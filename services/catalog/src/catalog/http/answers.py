"""Domain objects as answers for owners and creators."""

from __future__ import annotations

from catalog.domain.mini_program import MiniProgram
from catalog.domain.product import Product
from catalog.domain.stock import Stock
from catalog.domain.video import Video
from contracts.api.mini_programs import CategoryRequest, MiniProgramView, Terms
from contracts.api.products import ProductView, StockView
from contracts.api.videos import AnchorView, CreatorCard, VideoPage


def mini_program_view(program: MiniProgram) -> MiniProgramView:
    """A mini program as its owner sees it."""
    details = program.details
    return MiniProgramView(
        mini_program_id=program.mini_program_id,
        owner_id=details.owner_id,
        owner_name=details.owner_name,
        owner_name_en=details.owner_name_en,
        owner_kind=details.owner_kind,
        name=details.name,
        name_en=details.name_en,
        aliases=list(details.aliases),
        slogan=details.slogan,
        slogan_en=details.slogan_en,
        category=details.category,
        logo_url=details.logo_url,
        banner_url=details.banner_url or None,
        hosts=list(details.hosts),
        categories=[
            CategoryRequest(category_id=c.category_id, name=c.name, name_en=c.name_en)
            for c in details.categories
        ],
        exposure_priority=details.exposure_priority,
        sponsored=details.sponsored,
        terms=Terms(platform_bp=details.platform_bp, creator_bp=details.creator_bp),
        merchant=details.merchant,
        state=program.state,
        version=program.version,
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


def video_view(video: Video) -> VideoPage:
    """A video as its creator sees it, without prices and pictures of the products."""
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
