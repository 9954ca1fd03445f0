"""Domain events as the contracts that other services read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from checkout.application.order_snapshot import snapshot_of
from checkout.domain import events
from checkout.domain.carriers import display_name
from checkout.domain.closing import CANCELLED_BY_BUYER, CANCELLED_BY_OWNER
from checkout.domain.order import Order
from checkout.domain.purchase import Line
from checkout.domain.review import Review
from contracts import checkout as contract
from contracts.event import Event
from contracts.money import cny
from contracts.reviews import ReviewChanged, ReviewPublished
from contracts.terms import CommissionTerms

MAX_SUBJECT = 120
"""Characters. Alipay takes 256; a cashier shows far fewer."""
WITHOUT_SNAPSHOT = (events.Confirmed, events.CloseRequested, events.RefundWithdrawn)
"""Steps between services, and a buyer's change of mind: owners are told of every other event."""


def contracts_of(order: Order, happened: Iterable[events.OrderEvent], at: datetime) -> list[Event]:
    """The contracts of what has just happened to the order; `at` is when it happened."""
    return [contract_of(order, event, at) for event in happened]


def contract_of(order: Order, event: events.OrderEvent, at: datetime) -> Event:
    base: dict[str, Any] = {
        "version": order.version, "order_id": order.order_id, "mini_program_id": order.mini_program_id, "at": at,
        "order": None if isinstance(event, WITHOUT_SNAPSHOT) else snapshot_of(order),
    }  # fmt: skip
    match event:
        case events.Placed():
            return contract.OrderPlaced(
                **base, **_purchase(order), **_payment_terms(order), region=order.region
            )
        case events.Confirmed():
            return contract.OrderConfirmed(**base, **_purchase(order), **_payment_terms(order))
        case events.CloseRequested(reason):
            return contract.OrderCloseRequested(
                **base, **_closing(order, reason), expires_at=order.expires_at, link_given=order.payment is not None
            )  # fmt: skip
        case events.Paid():
            trade_no = (order.payment.trade_no if order.payment else None) or ""
            return contract.OrderPaid(**base, **_purchase(order), trade_no=trade_no)
        case events.Shipped(carrier, complete, shipment_id, lines):
            return contract.OrderShipped(
                **base, carrier=display_name(carrier), complete=complete, shipment_id=shipment_id, lines=_parcel(lines)
            )  # fmt: skip
        case events.Completed(by):
            return contract.OrderCompleted(**base, by=by)
        case events.Rejected(reason):
            return contract.OrderRejected(**base, reason=reason)
        case events.Cancelled(reason):
            return contract.OrderCancelled(**base, reason=reason)
        case events.RefundRequested(refund_id, amount, reason):
            return contract.RefundRequested(**base, refund_id=refund_id, amount=cny(amount), reason=reason)
        case events.RefundApproved(refund_id, amount):
            return contract.RefundApproved(**base, refund_id=refund_id, amount=cny(amount))
        case events.RefundRejected(refund_id, amount):
            return contract.RefundRejected(**base, refund_id=refund_id, amount=cny(amount))
        case events.RefundWithdrawn(refund_id, amount):
            return contract.RefundWithdrawn(**base, refund_id=refund_id, amount=cny(amount))
        case events.RefundFailed(refund_id, amount):
            return contract.OrderRefundFailed(**base, refund_id=refund_id, amount=cny(amount))
        case events.Refunded(refund_id, amount, release_stock, unsent):
            return contract.OrderRefunded(
                **base, **_purchase(order), refund_id=refund_id, refunded=cny(amount),
                refunded_total=cny(order.refunded_total), release_stock=release_stock,
                unsent=_parcel(unsent),
            )  # fmt: skip


def review_event(review: Review, *, at: datetime, created: bool = False) -> Event:
    """A review as it is after a change at that time."""
    kind = ReviewPublished if created else ReviewChanged
    return kind(
        version=review.version, review_id=review.review_id, mini_program_id=review.mini_program_id,
        product_id=review.product_id, sku_id=review.sku_id, rating=review.rating, is_shown=review.is_shown, at=at,
    )  # fmt: skip


def _closing(order: Order, reason: str) -> dict[str, Any]:
    """Readers know the buyer's cancellation and the deadline as reasons; an owner's is in `cancelled_by`."""
    if order.cancellation is not None and reason == CANCELLED_BY_OWNER:
        return {"reason": CANCELLED_BY_BUYER, "cancelled_by": order.cancellation.by}
    return {"reason": reason, "cancelled_by": "viewer" if reason == CANCELLED_BY_BUYER else None}


def subject_of(order: Order) -> str:
    """The text that the payer reads at the cashier: the first title, and how many more there are."""
    first, others = order.lines[0], len(order.lines) - 1
    title = first.title[:MAX_SUBJECT]
    return f"{title} +{others}" if others else title


def _purchase(order: Order) -> dict[str, Any]:
    """What was bought, for readers that need the whole order."""
    a = order.attribution
    return {
        "host_id": order.host_id,
        "openid": order.openid,
        "lines": tuple(_line(line) for line in order.lines),
        "subtotal": cny(order.amounts.subtotal),
        "delivery_fee": cny(order.amounts.delivery_fee),
        "discount": cny(order.amounts.discount),
        "coupon_code": order.coupon_code,
        "total": cny(order.total),
        "attribution": contract.Attribution(
            surface=a.surface,
            click_id=a.click_id, video_id=a.video_id, anchor_id=a.anchor_id, creator_id=a.creator_id,
            share_code=a.share_code, sharer=a.sharer,
        ),
    }  # fmt: skip


def _payment_terms(order: Order) -> dict[str, Any]:
    """How and until when the order is to be paid."""
    return {
        "merchant": order.merchant,
        "payment_product": order.payment_product,
        "subject": subject_of(order),
        "expires_at": order.expires_at,
        "return_url": order.return_url,
    }


def _parcel(lines: Iterable[tuple[str, int]]) -> tuple[contract.ParcelLine, ...]:
    return tuple(contract.ParcelLine(sku_id=sku_id, quantity=quantity) for sku_id, quantity in lines)


def _line(line: Line) -> contract.OrderLine:
    return contract.OrderLine(
        sku_id=line.sku_id, product_id=line.product_id, title=line.title, attributes=line.attributes,
        unit_price=cny(line.unit_price), quantity=line.quantity, line_total=cny(line.total),
        product_version=line.product_version,
        terms=CommissionTerms(
            platform_bp=line.terms.platform_bp, creator_bp=line.terms.creator_bp,
            terms_version=line.terms.terms_version,
        ),
    )  # fmt: skip
