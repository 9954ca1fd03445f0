"""The owners' events that follow from an event of another service."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.api.webhooks import EventType
from contracts.checkout import OrderCompleted, OrderPlaced, OrderRefunded, RefundRequested
from contracts.feeds import FeedRunFinished
from contracts.money import cny
from contracts.order_snapshot import AttributionSnapshot, OrderSnapshot
from webhooks.application.composing import OTHER_TYPES, TYPES_OF_ORDER_EVENTS, SourceEvent, owner_events
from webhooks.domain import event_types

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
IDS = {"order_id": "mp000001_A", "mini_program_id": "mp000001"}


def order(status: str) -> OrderSnapshot:
    return OrderSnapshot(
        **IDS, openid="o1", status=status, subtotal=cny(5), delivery_fee=cny(0), discount=cny(0), total=cny(5), placed_at=NOW,
        expires_at=NOW, refunded_total=cny(0), attribution=AttributionSnapshot(surface="direct"), history=(),
    )  # fmt: skip


def told(kind: type[Any], status: str | None = "paid", **more: Any) -> list[Any]:
    snapshot = order(status) if status is not None else None
    event = kind(**IDS, version=3, at=NOW, order=snapshot, **more)
    return owner_events(SourceEvent(event, "abc", NOW), "owner1")


def purchase() -> dict[str, Any]:
    return {
        "host_id": "h",
        "openid": "o1",
        "lines": (),
        "total": cny(5),
        "attribution": {"surface": "direct"},
    }


def test_the_body_has_type_time_and_the_order() -> None:
    [event] = told(OrderCompleted, "completed")
    body = json.loads(event.body)
    assert (body["type"], body["timestamp"]) == ("order.completed", "2026-05-04T12:00:00Z")
    assert (body["data"]["status"], body["data"]["total"]) == ("completed", {"amount": 5, "currency": "CNY"})
    assert (event.event_id, event.order_id, event.owner_id) == ("msg_abc", "mp000001_A", "owner1")


def test_the_same_record_gives_the_same_bytes() -> None:
    assert told(OrderCompleted) == told(OrderCompleted)


def test_a_refund_names_itself() -> None:
    [event] = told(RefundRequested, refund_id="r1", amount=cny(1), reason="dent")
    assert json.loads(event.body)["data"]["refund_id"] == "r1"


@pytest.mark.parametrize(
    ("status", "types"), [("paid", ["refund.settled"]), ("refunded", ["refund.settled", "order.refunded"])]
)
def test_the_last_refund_makes_the_order_refunded(status: str, types: list[str]) -> None:
    events = told(
        OrderRefunded, status, **purchase(), refund_id="r1", refunded=cny(1), refunded_total=cny(1), release_stock=False
    )  # fmt: skip
    assert [event.type for event in events] == types
    assert len({event.event_id for event in events}) == len(events)


def test_an_event_without_its_order_names_it() -> None:
    [event] = told(OrderPlaced, None, **purchase(), region="Hubei", expires_at=NOW)
    assert json.loads(event.body)["data"] == IDS


def test_the_end_of_a_feeds_run_is_told_with_its_counts() -> None:
    counts = {"lines": 9, "accepted": 5, "unchanged": 3, "rejected": 1, "removed": 2}
    ids = {"run_id": "r1", "feed_id": "f1", "mini_program_id": "mp000001"}
    ended = FeedRunFinished(**ids, **counts, version=7, owner_id="owner1", status="done", at=NOW)  # type: ignore[arg-type]
    [event] = owner_events(SourceEvent(ended, "abc", NOW), "owner1")
    body = json.loads(event.body)
    assert (body["type"], body["timestamp"]) == ("feed.finished", "2026-05-04T12:00:00Z")
    assert body["data"] == {**ids, **counts, "status": "done", "reason": None}
    assert (event.order_id, event.mini_program_id) == (None, "mp000001")


def test_every_type_that_is_told_can_be_asked_for() -> None:
    types = {
        *TYPES_OF_ORDER_EVENTS.values(),
        *OTHER_TYPES.values(),
        event_types.ORDER_REFUNDED,
        event_types.STOCK_LOW,
    }
    types |= {event_types.WEBHOOK_DISABLED}
    assert types <= set(EventType.__args__)  # type: ignore[attr-defined]
