"""Orders as MongoDB documents and back."""

from __future__ import annotations

from typing import Any

from checkout.domain.closing import Cancellation
from checkout.domain.coupon import CouponUse
from checkout.domain.order import Order
from checkout.domain.order_state import Note
from checkout.domain.payment_link import Payment
from checkout.domain.purchase import Address, Amounts, Attribution, Line, Terms
from checkout.domain.refunds import Refund, RefundStatus
from checkout.domain.shipments import Label, Shipment
from checkout.domain.status import Status
from runtime.mongo.client import Document
from runtime.mongo.documents import read_as


def document_of(order: Order) -> Document:
    """The whole document; `total`, `refunded_total` and `phone_tail` are stored for queries and reports."""
    return {
        "_id": order.order_id,
        "mini_program_id": order.mini_program_id,
        "host_id": order.host_id,
        "openid": order.openid,
        "lines": [{**_fields(line), "terms": _fields(line.terms)} for line in order.lines],
        **_fields(order.amounts),
        "coupon_code": order.coupon_code,
        "total": order.total,
        "placed_at": order.placed_at,
        "expires_at": order.expires_at,
        "region": order.region,
        "attribution": {k: v for k, v in _fields(order.attribution).items() if v is not None},
        "merchant": order.merchant,
        "payment_product": order.payment_product,
        "return_url": order.return_url,
        "address": _fields(order.address) if order.address else None,
        "phone_tail": order.address.phone_tail if order.address else None,
        "fingerprint": order.fingerprint,
        **changing_fields(order),
    }


def changing_fields(order: Order) -> Document:
    """The fields that can change after the order was placed."""
    return {
        "status": str(order.status),
        "reason": order.reason,
        "version": order.version,
        "unpaid_slot": order.unpaid_slot,
        "receive_by": order.receive_by,
        "payment": _fields(order.payment) if order.payment else None,
        "coupon": _coupon_fields(order.coupon) if order.coupon else None,
        "refunds": [{**_fields(refund), "status": str(refund.status)} for refund in order.refunds],
        "refunded_total": order.refunded_total,
        "shipments": [
            {
                **_fields(shipment),
                "lines": [{"sku_id": s, "quantity": q} for s, q in shipment.lines],
                "corrections": [_fields(label) for label in shipment.corrections],
            }
            for shipment in order.shipments
        ],
        "cancellation": _fields(order.cancellation) if order.cancellation else None,
        "notes": [_fields(note) for note in order.notes],
        "history": [{"status": str(status), "at": at} for status, at in order.history],
    }


def order_of(document: Document) -> Order:
    d = document
    return Order(
        order_id=d["_id"],
        mini_program_id=d["mini_program_id"],
        host_id=d["host_id"],
        openid=d["openid"],
        lines=tuple(read_as(Line, line, terms=read_as(Terms, line["terms"])) for line in d["lines"]),
        amounts=_amounts(d),
        coupon=_coupon(d),
        placed_at=d["placed_at"],
        expires_at=d["expires_at"],
        region=d["region"],
        attribution=read_as(Attribution, d["attribution"]),
        merchant=d["merchant"],
        payment_product=d["payment_product"],
        return_url=d["return_url"],
        address=read_as(Address, d["address"]) if d.get("address") else None,
        fingerprint=d["fingerprint"],
        unpaid_slot=d.get("unpaid_slot"),
        receive_by=d.get("receive_by"),
        status=Status(d["status"]),
        reason=d["reason"],
        version=d["version"],
        payment=read_as(Payment, d["payment"]) if d["payment"] else None,
        refunds=tuple(read_as(Refund, r, status=RefundStatus(r["status"])) for r in d["refunds"]),
        shipments=tuple(
            read_as(
                Shipment,
                s,
                lines=tuple((x["sku_id"], x["quantity"]) for x in s["lines"]),
                corrections=tuple(read_as(Label, label) for label in s.get("corrections", ())),
            )
            for s in d["shipments"]
        ),
        cancellation=read_as(Cancellation, d["cancellation"]) if d.get("cancellation") else None,
        notes=tuple(read_as(Note, note) for note in d.get("notes", ())),
        history=[(Status(entry["status"]), entry["at"]) for entry in d["history"]],
    )


def _amounts(d: Document) -> Amounts:
    """Orders that were stored without a subtotal have neither delivery fee nor discount."""
    if "subtotal" not in d:
        return Amounts(d["total"])
    return Amounts(d["subtotal"], d["delivery_fee"], d["discount"])


def _coupon_fields(use: CouponUse) -> Document:
    """`key` is stored for the indexes of the slots."""
    return {"key": use.key, "slot": use.slot, "viewer_slot": use.viewer_slot}


def _coupon(d: Document) -> CouponUse | None:
    held = d.get("coupon")
    return CouponUse(d["coupon_code"], held["slot"], held["viewer_slot"]) if held else None


def _fields(
    value: Address
    | Amounts
    | Attribution
    | Cancellation
    | Label
    | Line
    | Note
    | Payment
    | Refund
    | Shipment
    | Terms,
) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
