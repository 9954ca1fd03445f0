"""The one mapping from the catalog's domain to the events that it publishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from catalog.domain.mini_program import MiniProgram, MiniProgramEvent
from catalog.domain.product import Product, ProductEvent
from catalog.domain.promotion import Promotion
from catalog.domain.remote_picture import RemotePicture
from catalog.domain.reservation import Reservation, State
from catalog.domain.stock import Adjustment, StockLevel
from catalog.domain.terms import Terms
from catalog.domain.testers import Testers
from catalog.domain.version import Happened, HostDecision, version_id
from catalog.domain.version_history import VersionHistory
from catalog.domain.video import Video, VideoEvent
from contracts import catalog as contract
from contracts.catalog_versions import (
    HostAccepted,
    HostRefused,
    PromotionChanged,
    Reason,
    Tester,
    TestersChanged,
    VersionApproved,
    VersionRejected,
    VersionReleased,
    VersionSubmitted,
)
from contracts.checkout import OrderPlaced
from contracts.event import Event
from contracts.feeds import FeedCommand, FeedPictureTried, FeedProductApplied, Outcome, PictureOutcome
from contracts.money import cny
from contracts.terms import CommissionTerms

_MINI_PROGRAM: dict[MiniProgramEvent, type[contract.MiniProgramState]] = {
    "registered": contract.MiniProgramRegistered,
    "published": contract.MiniProgramPublished,
    "changed": contract.MiniProgramChanged,
    "suspended": contract.MiniProgramSuspended,
}
_PRODUCT: dict[ProductEvent, type[contract.ProductState]] = {
    "listed": contract.ProductListed,
    "changed": contract.ProductChanged,
    "delisted": contract.ProductDelisted,
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
        owner=contract.Owner(
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
        categories=tuple(contract.Category(**asdict(category)) for category in details.categories),
        sections=tuple(contract.Section(**asdict(section)) for section in details.sections),
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


def promotion_event(promotion: Promotion, program: MiniProgram) -> Event:
    """Who may promote the mini program."""
    return PromotionChanged(
        version=promotion.version,
        mini_program_id=program.mini_program_id,
        owner_id=program.details.owner_id,
        who=promotion.who,
        creator_ids=promotion.creator_ids,
    )


def testers_event(testers: Testers, program: MiniProgram) -> Event:
    """Who tests the mini program."""
    return TestersChanged(
        version=testers.version,
        mini_program_id=program.mini_program_id,
        owner_id=program.details.owner_id,
        testers=tuple(Tester(host_id=one.host_id, viewer=one.viewer) for one in testers.viewers),
    )


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
            contract.SkuState(
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
            contract.Anchor(
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
            events.append(contract.VideoPublished(**whole))
        elif what == "mounted":
            events.append(contract.VideoAnchorMounted(**whole, anchor_id=anchor_id))
        elif what == "removed":
            events.append(contract.VideoRemoved(**whole))
        else:
            events.append(contract.VideoAnchorUnmounted(**whole, anchor_id=anchor_id))
    return events


def stock_events(reservation: Reservation, order: OrderPlaced | None = None) -> list[Event]:
    """What a reservation's new state means for the order's stock; `order` goes with StockReserved, without its snapshot, which
    payment does not need."""
    common: dict[str, Any] = {
        "version": reservation.version,
        "order_id": reservation.order_id,
        "mini_program_id": reservation.mini_program_id,
        "lines": tuple(
            contract.StockLine(sku_id=sku, quantity=quantity) for sku, quantity in reservation.available_again
        ),
    }
    match reservation.state:
        case State.RESERVED:
            placed = order.model_copy(update={"order": None}) if order is not None else None
            return [contract.StockReserved(**common, order=placed)]
        case State.REJECTED:
            return [contract.StockRejected(**common, reason=reservation.reason)]
        case State.COMMITTED:
            return [contract.StockCommitted(**common)]
        case State.RELEASED | State.RETURNED:
            return [contract.StockReleased(**common)]
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
        contract.StockAdjusted(**common, adjustment_id=adjustment.adjustment_id),
        contract.StockAdjustedV1(**common, order_id=adjustment.adjustment_id),
    ]


def stock_level_changed(level: StockLevel, low_at: int | None) -> Event:
    """A SKU's available quantity, and at which one it is low."""
    return contract.StockLevelChanged(
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


def feed_result(
    command: FeedCommand, outcome: Outcome, version: int, reasons: Sequence[tuple[str, str]] = ()
) -> FeedProductApplied:
    """What became of a feed's command; `reasons` are (field, message)."""
    return FeedProductApplied(
        version=version, run_id=command.run_id, mini_program_id=command.mini_program_id, product_id=command.product_id,
        outcome=outcome, reasons=tuple(Reason(field=field or None, message=message) for field, message in reasons),
    )  # fmt: skip


def picture_tried(
    picture: RemotePicture, run_id: str, product_id: str, outcome: PictureOutcome, message: str
) -> FeedPictureTried:
    """What became of an attempt to fetch a picture, for one run that named it and one product that shows it."""
    return FeedPictureTried(
        version=picture.attempts, run_id=run_id, mini_program_id=picture.mini_program_id, product_id=product_id,
        url=picture.url, outcome=outcome, message=message[:500],
    )  # fmt: skip
