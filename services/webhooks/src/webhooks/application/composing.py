"""Composes the events of owners, with the bytes that are sent, from the events of other services."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from contracts.catalog import StockLevelChanged
from contracts.catalog_versions import VersionApproved, VersionEvent, VersionRejected
from contracts.checkout import (
    OrderCancelled,
    OrderCompleted,
    OrderEvent,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderRefundFailed,
    OrderRejected,
    OrderShipped,
    RefundApproved,
    RefundEvent,
    RefundRejected,
    RefundRequested,
)
from contracts.event import Event
from contracts.feeds import FeedRunFinished
from contracts.payment import PayoutSettled
from webhooks.domain import event_types as types
from webhooks.domain.owner_event import OwnerEvent
from webhooks.domain.webhook import Webhook

MESSAGE = "msg_"
TYPES_OF_ORDER_EVENTS: dict[type[Event], str] = {
    OrderPlaced: types.ORDER_PLACED,
    OrderPaid: types.ORDER_PAID,
    OrderShipped: types.ORDER_SHIPPED,
    OrderCompleted: types.ORDER_COMPLETED,
    OrderRejected: types.ORDER_CANCELLED,
    OrderCancelled: types.ORDER_CANCELLED,
    RefundRequested: types.REFUND_REQUESTED,
    RefundApproved: types.REFUND_APPROVED,
    RefundRejected: types.REFUND_REJECTED,
    OrderRefundFailed: types.REFUND_FAILED,
    OrderRefunded: types.REFUND_SETTLED,
}
OTHER_TYPES: dict[type[Event], str] = {
    VersionApproved: types.VERSION_APPROVED,
    VersionRejected: types.VERSION_REJECTED,
    PayoutSettled: types.PAYOUT_SETTLED,
    FeedRunFinished: types.FEED_FINISHED,
}
FEED_FIELDS = {
    "run_id", "feed_id", "mini_program_id", "status", "reason", "lines", "accepted", "unchanged", "rejected", "removed",
}  # fmt: skip
REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class SourceEvent:
    """An event of another service of which an owner may be notified. `recorded_id` is its id, the same on every repeat."""

    event: Event
    recorded_id: str
    recorded_at: datetime

    @property
    def at(self) -> datetime:
        """When it happened."""
        return getattr(self.event, "at", None) or self.recorded_at


def owner_events(source: SourceEvent, owner_id: str) -> list[OwnerEvent]:
    """The events of this owner that follow from a source, in order. An order's last refund also gives `order.refunded`."""
    match source.event:
        case OrderEvent() as event:
            data = order_data(event)
            made = [_made(source, owner_id, TYPES_OF_ORDER_EVENTS[type(event)], data, event.order_id)]
            if isinstance(event, OrderRefunded) and data.get("status") == REFUNDED:
                made.append(_made(source, owner_id, types.ORDER_REFUNDED, data, event.order_id, nth=2))
            return made
        case VersionEvent() as event:
            fields = event.model_dump(
                mode="json", include={"mini_program_id", "version_id", "number", "reasons"}
            )
            return [_made(source, owner_id, OTHER_TYPES[type(event)], fields)]
        case FeedRunFinished() as event:
            fields = event.model_dump(mode="json", include=FEED_FIELDS)
            return [_made(source, owner_id, types.FEED_FINISHED, fields)]
        case PayoutSettled(payee_kind="owner") as event:
            fields = event.model_dump(mode="json", include={"payout_id", "mini_program_id", "day", "amount"})
            return [_made(source, owner_id, types.PAYOUT_SETTLED, fields)]
    return []


def order_data(event: OrderEvent) -> dict[str, Any]:
    """The order right after the event; only its ids if the event carries no order. `refund_id` and `shipment_id` name the cause."""
    ids = {"order_id": event.order_id, "mini_program_id": event.mini_program_id}
    data: dict[str, Any] = event.order.model_dump(mode="json") if event.order is not None else dict(ids)
    if isinstance(event, RefundEvent | OrderRefunded):
        data["refund_id"] = event.refund_id
    if isinstance(event, OrderShipped):
        data["shipment_id"] = event.shipment_id
    return data


def stock_is_low(level: StockLevelChanged, owner_id: str, at: datetime) -> OwnerEvent:
    """One event for each level: its id follows from the level's version."""
    data = level.model_dump(
        mode="json", include={"mini_program_id", "product_id", "sku_id", "available", "low_at"}
    )
    event_id = _hashed(level.sku_id, str(level.version))
    body = body_of(types.STOCK_LOW, at, data)
    return OwnerEvent(event_id, owner_id, level.mini_program_id, types.STOCK_LOW, at, body, at)


def webhook_is_disabled(webhook: Webhook, reason: str, at: datetime) -> OwnerEvent:
    """One event, however many calls failed: its id follows from the webhook's version."""
    data = {"webhook_id": webhook.webhook_id, "url": webhook.terms.url, "reason": reason}
    event_id = _hashed(webhook.webhook_id, str(webhook.version))
    body = body_of(types.WEBHOOK_DISABLED, at, data)
    return OwnerEvent(event_id, webhook.owner_id, "", types.WEBHOOK_DISABLED, at, body, at)


def body_of(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The JSON that is sent."""
    return orjson.dumps({"type": kind, "timestamp": written(at), "data": data})


def written(at: datetime) -> str:
    """RFC 3339 in UTC, with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def mini_programs_of(sources: Iterable[SourceEvent]) -> set[str]:
    """The mini programs of these events."""
    return {getattr(one.event, "mini_program_id", "") for one in sources} - {""}


def _made(
    source: SourceEvent,
    owner_id: str,
    kind: str,
    data: dict[str, Any],
    order_id: str | None = None,
    nth: int = 1,
) -> OwnerEvent:
    at = source.at
    event_id = MESSAGE + source.recorded_id + (f"_{nth}" if nth > 1 else "")
    program = getattr(source.event, "mini_program_id", "")
    return OwnerEvent(
        event_id, owner_id, program, kind, at, body_of(kind, at, data), source.recorded_at, order_id
    )


def _hashed(*parts: str) -> str:
    return MESSAGE + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
