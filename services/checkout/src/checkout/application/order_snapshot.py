"""The order's state as events carry it: field by field, so that nothing personal gets into a stream by accident."""

from __future__ import annotations

from checkout.domain.carriers import carrier_of, display_name, name_in_english
from checkout.domain.order import Order
from checkout.domain.payment_link import Payment
from checkout.domain.purchase import Line
from checkout.domain.refunds import Refund
from checkout.domain.shipments import Shipment
from contracts.money import cny
from contracts.order_snapshot import (
    AttributionSnapshot,
    CancellationSnapshot,
    CorrectedLabel,
    HistorySnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelContent,
    PaymentSnapshot,
    RefundSnapshot,
    ShipmentSnapshot,
)

MAX_LISTS_BYTES = 32 * 1024
"""Of lines, shipments and refunds together. Every event stays in the order's document, so a larger order's snapshots go without."""


def snapshot_of(order: Order) -> OrderSnapshot:
    """The order without address, notes and payment link; without its lists if they have more than MAX_LISTS_BYTES."""
    lines = tuple(
        _line(line, paid) for line, paid in zip(order.lines, order.amounts.paid_for(order.lines), strict=True)
    )
    shipments = tuple(_shipment(shipment) for shipment in order.shipments)
    refunds = tuple(_refund(refund) for refund in order.refunds)
    fits = sum(len(item.model_dump_json()) for item in (*lines, *shipments, *refunds)) <= MAX_LISTS_BYTES
    cancellation, attribution = order.cancellation, order.attribution
    return OrderSnapshot(
        order_id=order.order_id,
        mini_program_id=order.mini_program_id,
        openid=order.openid,
        status=order.status.value,
        reason=order.reason,
        lines=lines if fits else None,
        subtotal=cny(order.amounts.subtotal),
        delivery_fee=cny(order.amounts.delivery_fee),
        discount=cny(order.amounts.discount),
        coupon_code=order.coupon_code,
        total=cny(order.total),
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        receive_by=order.receive_by,
        payment=_payment(order.payment) if order.payment else None,
        refunds=refunds if fits else None,
        refunded_total=cny(order.refunded_total),
        shipments=shipments if fits else None,
        cancellation=CancellationSnapshot(by=cancellation.by, reason=cancellation.reason, at=cancellation.at)
        if cancellation
        else None,
        attribution=AttributionSnapshot.model_validate(attribution, from_attributes=True),
        history=tuple(HistorySnapshot(status=status.value, at=at) for status, at in order.history),
    )


def _line(line: Line, paid: int) -> LineSnapshot:
    return LineSnapshot(
        sku_id=line.sku_id, product_id=line.product_id, title=line.title, title_en=line.title_en,
        attributes=line.attributes, attributes_en=line.attributes_en, image_url=line.image_url,
        unit_price=cny(line.unit_price), quantity=line.quantity, line_total=cny(line.total), discount=cny(line.total - paid),
    )  # fmt: skip


def _shipment(shipment: Shipment) -> ShipmentSnapshot:
    carrier = carrier_of(shipment.carrier)
    return ShipmentSnapshot(
        shipment_id=shipment.shipment_id,
        carrier=display_name(shipment.carrier),
        carrier_en=name_in_english(shipment.carrier),
        carrier_id=carrier.carrier_id,
        tracking_number=shipment.tracking_number,
        tracking_url=carrier.url_of(shipment.tracking_number),
        lines=tuple(ParcelContent(sku_id=sku_id, quantity=quantity) for sku_id, quantity in shipment.lines),
        shipped_at=shipment.shipped_at,
        corrections=tuple(
            CorrectedLabel(
                carrier=display_name(label.carrier),
                tracking_number=label.tracking_number,
                corrected_at=label.corrected_at,
            )
            for label in shipment.corrections
        ),
    )


def _refund(refund: Refund) -> RefundSnapshot:
    return RefundSnapshot(
        refund_id=refund.refund_id, amount=cny(refund.amount), reason=refund.reason, status=refund.status.value,
        approval_reason=refund.approval_reason, rejection_reason=refund.rejection_reason,
    )  # fmt: skip


def _payment(payment: Payment) -> PaymentSnapshot:
    """Without the link, by which anybody could pay."""
    return PaymentSnapshot(
        status=payment.status, product=payment.product, out_trade_no=payment.out_trade_no, trade_no=payment.trade_no
    )  # fmt: skip
