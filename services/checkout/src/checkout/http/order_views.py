"""Orders as callers see them: field by field, so that nothing is shown by accident."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiohttp import web

from checkout.application.ports import Position
from checkout.domain.carriers import carrier_of, display_name, name_in_english
from checkout.domain.closing import Cancellation
from checkout.domain.order import Order
from checkout.domain.payment_link import Payment
from checkout.domain.purchase import Address as DeliveryAddress
from checkout.domain.purchase import Attribution, Line
from checkout.domain.refunds import Refund
from checkout.domain.shipments import Shipment
from contracts.api.orders import (
    Address,
    AttributionView,
    CancellationView,
    HistoryEntry,
    LineView,
    NoteView,
    OrderView,
    OwnerOrderView,
    RefundView,
)
from contracts.api.payments import PaymentView
from contracts.api.shipments import CorrectedShipment, ShipmentLine, ShipmentView
from contracts.money import cny
from runtime.web.cursors import invalid_cursor, list_of, read_cursor, write_cursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def order_view(order: Order, *, with_address: bool = True) -> OrderView:
    return OrderView(
        order_id=order.order_id,
        mini_program_id=order.mini_program_id,
        openid=order.openid,
        status=order.status.value,
        reason=order.reason,
        lines=[
            _line(line, paid)
            for line, paid in zip(order.lines, order.amounts.paid_for(order.lines), strict=True)
        ],
        subtotal=cny(order.amounts.subtotal),
        delivery_fee=cny(order.amounts.delivery_fee),
        discount=cny(order.amounts.discount),
        coupon_code=order.coupon_code,
        total=cny(order.total),
        placed_at=order.placed_at,
        expires_at=order.expires_at,
        receive_by=order.receive_by,
        payment=_payment(order.payment) if order.payment else None,
        refunds=[_refund(refund) for refund in order.refunds],
        refunded_total=cny(order.refunded_total),
        shipments=[_shipment(shipment) for shipment in order.shipments],
        cancellation=_cancellation(order.cancellation) if order.cancellation else None,
        attribution=_attribution(order.attribution),
        history=[HistoryEntry(status=status.value, at=at) for status, at in order.history],
        address=_address(order.address) if order.address and with_address else None,
    )


def owner_order_view(order: Order, *, with_address: bool) -> OwnerOrderView:
    """With what only the owner sees."""
    notes = [NoteView(text=note.text, at=note.at) for note in order.notes]
    return OwnerOrderView(
        **dict(order_view(order, with_address=with_address)), notes=notes, version=order.version
    )


def cursor_after(request: web.Request, order: Order) -> str:
    """Where the next page of a newest-first list begins."""
    return cursor_at(request, (order.placed_at, order.order_id))


def cursor_at(request: web.Request, position: Position) -> str:
    """Where the next page begins, after this position."""
    at, order_id = position
    return write_cursor(list_of(request), (at - _EPOCH) // _MS, order_id)


def position_in(request: web.Request, cursor: str) -> Position:
    """Raises Problem 422 for a cursor that is not ours."""
    milliseconds, order_id = read_cursor(list_of(request), cursor, int, str)
    try:
        return _EPOCH + milliseconds * _MS, order_id
    except OverflowError:
        raise invalid_cursor() from None


def _line(line: Line, paid: int) -> LineView:
    return LineView(
        sku_id=line.sku_id,
        product_id=line.product_id,
        title=line.title,
        title_en=line.title_en,
        attributes=line.attributes,
        attributes_en=line.attributes_en,
        image_url=line.image_url,
        unit_price=cny(line.unit_price),
        quantity=line.quantity,
        line_total=cny(line.total),
        discount=cny(line.total - paid),
    )


def _payment(payment: Payment) -> PaymentView:
    return PaymentView.model_validate(
        {
            "status": payment.status,
            "product": payment.product,
            "out_trade_no": payment.out_trade_no,
            "cashier_url": payment.cashier_url,
            "order_string": payment.order_string,
            "trade_no": payment.trade_no,
        }
    )


def _refund(refund: Refund) -> RefundView:
    return RefundView(
        refund_id=refund.refund_id,
        amount=cny(refund.amount),
        reason=refund.reason,
        status=refund.status.value,
        approval_reason=refund.approval_reason,
        rejection_reason=refund.rejection_reason,
    )


def _shipment(shipment: Shipment) -> ShipmentView:
    carrier = carrier_of(shipment.carrier)
    return ShipmentView(
        shipment_id=shipment.shipment_id,
        carrier=display_name(shipment.carrier),
        carrier_en=name_in_english(shipment.carrier),
        carrier_id=carrier.carrier_id,
        tracking_number=shipment.tracking_number,
        tracking_url=carrier.url_of(shipment.tracking_number),
        corrections=[
            CorrectedShipment(
                carrier=display_name(label.carrier),
                tracking_number=label.tracking_number,
                corrected_at=label.corrected_at,
            )
            for label in shipment.corrections
        ],
        lines=[ShipmentLine(sku_id=sku_id, quantity=quantity) for sku_id, quantity in shipment.lines],
        shipped_at=shipment.shipped_at,
    )


def _cancellation(cancellation: Cancellation) -> CancellationView:
    return CancellationView(by=cancellation.by, reason=cancellation.reason, at=cancellation.at)


def _attribution(attribution: Attribution) -> AttributionView:
    return AttributionView.model_validate(
        {
            "surface": attribution.surface,
            "video_id": attribution.video_id,
            "creator_id": attribution.creator_id,
            "click_id": attribution.click_id,
            "share_code": attribution.share_code,
        }
    )


def _address(address: DeliveryAddress) -> Address:
    return Address(
        recipient=address.recipient, phone=address.phone, region=address.region, street=address.street
    )
