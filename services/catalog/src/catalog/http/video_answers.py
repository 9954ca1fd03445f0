"""Videos, anchors and promotion as the platform answers them."""

from __future__ import annotations

from catalog.application.promotions import Promotable
from catalog.application.videos import OwnVideo
from catalog.domain.promotion import Promotion
from catalog.domain.video import Anchor, Video
from contracts.api import videos as api
from contracts.money import cny


def own_video(own: OwnVideo) -> api.OwnVideo:
    """A video as its creator sees it."""
    video = own.video
    return api.OwnVideo(
        video_id=video.video_id,
        host_id=video.host_id,
        title=video.title,
        title_en=video.title_en,
        creator=api.CreatorCard(
            creator_id=video.creator_id, name=video.creator_name, name_en=video.creator_name_en
        ),
        cover_url=video.cover_url,
        duration_ms=video.duration_ms,
        anchors=[_own_anchor(anchor, anchor.anchor_id in own.hidden) for anchor in video.anchors],
        version=video.version,
    )


def _own_anchor(anchor: Anchor, is_hidden: bool) -> api.OwnAnchor:
    return api.OwnAnchor(
        anchor_id=anchor.anchor_id,
        title=anchor.title,
        title_en=anchor.title_en,
        waiting_title=_waiting_title(anchor),
        rejected_for=anchor.rejected_for or None,
        mini_program_id=anchor.mini_program_id,
        product_id=anchor.product_id,
        start_ms=anchor.start_ms,
        is_hidden=is_hidden,
    )


def title_review(video: Video, anchor: Anchor) -> api.AnchorTitleReview:
    """A changed title in the review queue, or just decided on."""
    return api.AnchorTitleReview(
        video_id=video.video_id,
        anchor_id=anchor.anchor_id,
        creator_id=video.creator_id,
        mini_program_id=anchor.mini_program_id,
        product_id=anchor.product_id,
        title=anchor.title,
        title_en=anchor.title_en,
        waiting_title=_waiting_title(anchor),
        version=video.version,
    )


def _waiting_title(anchor: Anchor) -> api.WaitingTitle | None:
    waiting = anchor.waiting
    return api.WaitingTitle(title=waiting.zh, title_en=waiting.en) if waiting is not None else None


def promotion_view(promotion: Promotion) -> api.PromotionView:
    """Who may promote a mini program."""
    return api.PromotionView(
        mini_program_id=promotion.mini_program_id,
        who=promotion.who,
        creator_ids=list(promotion.creator_ids),
        version=promotion.version,
    )


def promotable_product(found: Promotable) -> api.PromotableProduct:
    """A product that a creator may promote."""
    product, program = found.product, found.program
    price = min(sku.price for sku in product.details.skus)
    return api.PromotableProduct(
        product_id=product.product_id,
        mini_program_id=product.mini_program_id,
        mini_program_name=program.details.name,
        mini_program_name_en=program.details.name_en,
        hosts=list(program.details.hosts),
        title=product.details.title,
        title_en=product.details.title_en,
        image_url=product.details.cover,
        price=cny(price),
        creator_bp=product.terms.creator_bp,
        commission=cny(product.terms.creator_share(price)),
    )
