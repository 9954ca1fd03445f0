"""The one mapping from the catalog's domain to the events that it publishes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.domain.mini_program import MiniProgram, MiniProgramEvent
from catalog.domain.product import Product, ProductEvent
from catalog.domain.promotion import Promotion
from catalog.domain.reservation import Reservation, State
from catalog.domain.stock import Adjustment, StockLevel
from catalog.domain.terms import Terms
from catalog.domain.version_history import Happened, HostDecision, VersionHistory, version_id
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
    Section,
    SkuState,
    StockAdjusted,
    StockAdjustedV1,
    StockCommitted,
    StockLevelChanged,
    StockLine,
    StockRejected,
    StockReleased,
    StockReserved,
    VideoAnchorMounted,
    VideoAnchorUnmounted,
    VideoPublished,
    VideoRemoved,
)
from contracts.catalog_versions import (
    HostAccepted,
    HostRefused,
    PromotionChanged,
    Reason,
    VersionApproved,
    VersionRejected,
    VersionReleased,
    VersionSubmitted,
)
from contracts.checkout import OrderPlaced
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


def mini_program_event(program: MiniProgram, happened: MiniProgramEvent) -> Event:
    """The whole mini program, as the event that happened to it."""
    details = program.details
    return _MINI_PROGRAM[happened](
        version=program.version,
        mini_program_id=program.mini_program_id,
        name=details.name,
        name_en=details.name_en,
        aliases=details.aliases,
        owner=Owner(
            owner_id=details.owner_id,
            name=details.owner_name,
            name_en=details.owner_name_en,
            kind=details.owner_kind,
        ),
        slogan=details.slogan,
        slogan_en=details.slogan_en,
        category=details.category,
        logo_url=details.logo_url,
        banner_url=details.banner_url,
        hosts=details.hosts,
        state=program.state,
        exposure_priority=details.exposure_priority,
        sponsored=details.sponsored,
        categories=tuple(
            Category(category_id=c.category_id, name=c.name, name_en=c.name_en) for c in details.categories
        ),
        sections=tuple(
            Section(
                kind=section.kind,
                title=section.title,
                title_en=section.title_en,
                category_id=section.category_id,
                product_ids=section.product_ids,
            )
            for section in details.sections
        ),
        theme_colour=details.theme_colour,
        terms=_terms(program.terms),
        merchant=details.merchant,
    )


def history_events(history: VersionHistory, happened: Sequence[Happened]) -> list[Event]:
    """What was decided about versions and by hosts; a withdrawal concerns nobody else."""
    found = (_history_event(history, one) for one in happened)
    return [event for event in found if event is not None]


def _history_event(history: VersionHistory, happened: Happened) -> Event | None:
    common: dict[str, Any] = {
        "version": history.version,
        "mini_program_id": history.mini_program_id,
        "owner_id": history.owner_id,
        "at": happened.at,
    }
    if isinstance(happened, HostDecision):
        host_id = happened.host_id
        return (
            HostAccepted(**common, host_id=host_id)
            if happened.accepted
            else HostRefused(**common, host_id=host_id, reason=happened.reason)
        )
    number = happened.number
    common |= {"version_id": version_id(history.mini_program_id, number), "number": number}
    match happened.kind:
        case "submitted":
            return VersionSubmitted(**common)
        case "approved":
            return VersionApproved(**common)
        case "rejected":
            reasons = history.find(number).reasons
            return VersionRejected(
                **common, reasons=tuple(Reason(field=r.field, message=r.message) for r in reasons)
            )
        case "released" | "rolled_back":
            return VersionReleased(**common, by_rollback=happened.kind == "rolled_back")
        case "withdrawn":
            return None


def product_event(product: Product, happened: ProductEvent) -> Event:
    """The whole product, as the event that happened to it."""
    details = product.details
    return _PRODUCT[happened](
        version=product.version,
        product_id=product.product_id,
        mini_program_id=product.mini_program_id,
        title=details.title,
        title_en=details.title_en,
        description=details.description,
        brand=details.brand,
        brand_en=details.brand_en,
        model=details.model,
        category_id=details.category_id,
        attributes=dict(details.attributes),
        attributes_en=dict(details.attributes_en),
        images=details.images,
        skus=tuple(
            SkuState(
                sku_id=sku.sku_id,
                attributes=dict(sku.attributes),
                attributes_en=dict(sku.attributes_en),
                price=cny(sku.price),
            )
            for sku in details.skus
        ),
        rating=product.rating,
        rating_count=product.popularity.reviews,
        sales=product.sales,
        share_allowed=details.share_allowed,
        listed=product.listed,
        terms=_terms(product.terms),
    )


def promotion_event(promotion: Promotion, program: MiniProgram) -> Event:
    """Who may promote the mini program."""
    return PromotionChanged(
        version=promotion.version,
        mini_program_id=program.mini_program_id,
        owner_id=program.details.owner_id,
        who=promotion.who,
        creator_ids=promotion.creator_ids,
    )


def video_events(video: Video, happened: Sequence[VideoEvent]) -> list[Event]:
    """One event for each thing that happened to the video, each with the whole video."""
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
        elif what == "removed":
            events.append(VideoRemoved(**whole))
        else:
            events.append(VideoAnchorUnmounted(**whole, anchor_id=anchor_id))
    return events


def stock_events(reservation: Reservation, order: OrderPlaced | None = None) -> list[Event]:
    """What a reservation's new state means for the order's stock; `order` goes with StockReserved."""
    common: dict[str, Any] = {
        "version": reservation.version,
        "order_id": reservation.order_id,
        "mini_program_id": reservation.mini_program_id,
        "lines": tuple(
            StockLine(sku_id=sku, quantity=quantity) for sku, quantity in reservation.available_again
        ),
    }
    match reservation.state:
        case State.RESERVED:
            return [StockReserved(**common, order=order)]
        case State.REJECTED:
            return [StockRejected(**common, reason=reservation.reason)]
        case State.COMMITTED:
            return [StockCommitted(**common)]
        case State.RELEASED | State.RETURNED:
            return [StockReleased(**common)]
        case _:
            return []


def stock_adjusted(adjustment: Adjustment) -> list[Event]:
    """An owner's adjustment, in both schema versions."""
    common: dict[str, Any] = {
        "version": adjustment.after.version,
        "sku_id": adjustment.after.sku_id,
        "product_id": adjustment.after.product_id,
        "mini_program_id": adjustment.after.mini_program_id,
        "change": adjustment.change,
        "available": adjustment.after.available,
    }
    return [
        StockAdjusted(**common, adjustment_id=adjustment.adjustment_id),
        StockAdjustedV1(**common, order_id=adjustment.adjustment_id),
    ]


def stock_level_changed(level: StockLevel, low_at: int | None) -> Event:
    """A SKU's available quantity, and at which one it is low."""
    return StockLevelChanged(
        version=level.version,
        sku_id=level.sku_id,
        product_id=level.product_id,
        mini_program_id=level.mini_program_id,
        available=level.available,
        low_at=low_at,
    )


def _terms(terms: Terms) -> CommissionTerms:
    return CommissionTerms(
        platform_bp=terms.platform_bp, creator_bp=terms.creator_bp, terms_version=terms.version
    )
