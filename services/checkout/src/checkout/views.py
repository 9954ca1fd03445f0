"""Orders and accounts as callers see them: built field by field, so that nothing leaves by accident."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

from contracts.api.orders import (
    Address,
    AttributionView,
    HistoryEntry,
    LineView,
    OrderView,
    RefundView,
    ShipmentLine,
    ShipmentView,
)
from contracts.api.payments import PaymentView
from contracts.money import cny
from runtime.mongo.client import Document
from runtime.web.problems import Problem

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def order_view(d: Document) -> OrderView:
    """The order in a stored document."""
    return OrderView(
        order_id=d["_id"],
        mini_program_id=d["mini_program_id"],
        openid=d["openid"],
        status=d["status"],
        reason=d["reason"],
        lines=[_line(line) for line in d["lines"]],
        total=cny(d["total"]),
        placed_at=d["placed_at"],
        expires_at=d["expires_at"],
        payment=PaymentView(**d["payment"]) if d["payment"] else None,
        refunds=[
            RefundView(
                refund_id=r["refund_id"], amount=cny(r["amount"]), reason=r["reason"], status=r["status"]
            )
            for r in d["refunds"]
        ],
        refunded_total=cny(d["refunded_total"]),
        shipments=[_shipment(s) for s in d["shipments"]],
        attribution=AttributionView(**d["attribution"]),
        history=[HistoryEntry(**entry) for entry in d["history"]],
        address=Address(**d["address"]) if d.get("address") else None,
    )


def _line(line: Document) -> LineView:
    return LineView(
        sku_id=line["sku_id"],
        product_id=line["product_id"],
        title=line["title"],
        attributes=line["attributes"],
        unit_price=cny(line["unit_price"]),
        quantity=line["quantity"],
        line_total=cny(line["unit_price"] * line["quantity"]),
    )


def _shipment(s: Document) -> ShipmentView:
    return ShipmentView(
        shipment_id=s["shipment_id"],
        carrier=s["carrier"],
        tracking_number=s["tracking_number"],
        lines=[ShipmentLine(**line) for line in s["lines"]],
        shipped_at=s["shipped_at"],
    )


def cursor_after(document: Document) -> str:
    """Where the next page of a newest-first list begins."""
    text = f"{(document['placed_at'] - _EPOCH) // _MS}.{document['_id']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """The position in a cursor; raises Problem 422 for one that we did not give."""
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        milliseconds, _, order_id = text.partition(".")
        return _EPOCH + int(milliseconds) * _MS, order_id
    except (binascii.Error, ValueError, OverflowError):
        message = "pass on a next_cursor as it was given"
        raise Problem(422, "invalid_cursor", message, errors=[("cursor", message)]) from None
