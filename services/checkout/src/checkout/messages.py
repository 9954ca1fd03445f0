"""The one visible mapping between what an order says and the contracts that other services read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from checkout.domain import events as said
from checkout.domain.order import Line, Order
from contracts import checkout as contract
from contracts.event import Event
from contracts.money import cny
from contracts.terms import CommissionTerms

SUBJECT_LIMIT = 120
"""Alipay takes 256 characters; a cashier shows far fewer."""


def contract_of(order: Order, event: said.OrderEvent, at: datetime) -> Event:
    """The message that tells the platform of `event`."""
    base: dict[str, Any] = {
        "version": order.version, "order_id": order.order_id, "mini_program_id": order.mini_program_id, "at": at,
    }  # fmt: skip
    match event:
        case said.Placed():
            return contract.OrderPlaced(
                **base, **_whole(order), region=order.region, expires_at=order.expires_at,
                payment_product=order.payment_product, merchant=order.merchant, subject=subject_of(order),
                return_url=order.return_url,
            )  # fmt: skip
        case said.Confirmed():
            return contract.OrderConfirmed(
                **base, **_whole(order), merchant=order.merchant, subject=subject_of(order),
                expires_at=order.expires_at, return_url=order.return_url,
                payment_product=order.payment_product,
            )  # fmt: skip
        case said.CloseRequested(reason):
            return contract.OrderCloseRequested(
                **base, reason=reason, expires_at=order.expires_at, link_given=order.payment is not None
            )  # fmt: skip
        case said.Paid():
            trade_no = (order.payment.trade_no if order.payment else None) or ""
            return contract.OrderPaid(**base, **_whole(order), trade_no=trade_no)
        case said.Shipped(carrier, complete):
            return contract.OrderShipped(**base, carrier=carrier, complete=complete)
        case said.Completed():
            return contract.OrderCompleted(**base)
        case said.Rejected(reason):
            return contract.OrderRejected(**base, reason=reason)
        case said.Cancelled(reason):
            return contract.OrderCancelled(**base, reason=reason)
        case said.RefundAsked(refund_id, amount, reason):
            return contract.RefundRequested(**base, refund_id=refund_id, amount=cny(amount), reason=reason)
        case said.RefundAllowed(refund_id, amount):
            return contract.RefundApproved(**base, refund_id=refund_id, amount=cny(amount))
        case said.RefundDeclined(refund_id, amount):
            return contract.RefundRejected(**base, refund_id=refund_id, amount=cny(amount))
        case said.Refunded(refund_id, amount, release_stock):
            return contract.OrderRefunded(
                **base, **_whole(order), refund_id=refund_id, refunded=cny(amount),
                refunded_total=cny(order.refunded_total), release_stock=release_stock,
            )  # fmt: skip


def subject_of(order: Order) -> str:
    """What the payer reads at the cashier: the first title, and how many more there are."""
    first, others = order.lines[0], len(order.lines) - 1
    title = first.title[:SUBJECT_LIMIT]
    return f"{title} +{others}" if others else title


def _whole(order: Order) -> dict[str, Any]:
    a = order.attribution
    return {
        "host_id": order.host_id,
        "openid": order.openid,
        "lines": tuple(_line(line) for line in order.lines),
        "total": cny(order.total),
        "attribution": contract.Attribution(
            surface=a.surface,
            click_id=a.click_id, video_id=a.video_id, anchor_id=a.anchor_id, creator_id=a.creator_id,
            share_code=a.share_code, sharer=a.sharer,
        ),
    }  # fmt: skip


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
