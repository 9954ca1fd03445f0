"""`anchorage order`: what an order waits for, and each event as a sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anchorage_cli.order_waits import waits
from anchorage_cli.order_words import in_words
from contracts.event import parse
from contracts.registry import all_events
from contracts.topics import ORDERS, PAYMENTS, STOCK

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parents[3] / "libs" / "contracts" / "samples"


def order(status: str, **fields: Any) -> dict[str, Any]:
    return {"status": status, "expires_at": NOON + timedelta(minutes=15), "refunds": []} | fields


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (order("placed"), "It waits for catalog to hold the stock."),
        (order("confirmed"), "It waits for payment to open the trade."),
        (order("awaiting_payment"), "It waits for the buyer, who can pay until 2026-05-04 12:15:00Z."),
        (order("awaiting_payment", expires_at=NOON - timedelta(seconds=1)), "Its time to pay ended"),
        (order("closing"), "It waits for payment to close the trade"),
        (order("paid"), "It waits for the owner to send the goods."),
        (order("shipped", receive_by=NOON), "at the latest until 2026-05-04 12:00:00Z"),
        (order("completed"), "It has ended: the goods were received."),
        (order("cancelled"), "It has ended unpaid."),
        (order("rejected"), "It has ended: it was rejected."),
        (order("refunded"), "It has ended: all of the money went back."),
    ],
)
def test_every_status_says_what_the_order_waits_for(found: dict[str, Any], says: str) -> None:
    [said] = waits(found, [], NOON)
    assert says in said


def test_refunds_and_what_has_stalled_are_named() -> None:
    refunds = [
        {"refund_id": f"r{n}", "status": s} for n, s in enumerate(("requested", "approved", "settled"))
    ]
    stalled = {"since": NOON, "waits_for": "payment to send the money back", "advice": "Is payment running?"}
    _, asked, approved, last = waits(order("paid", refunds=refunds), [stalled], NOON)
    assert asked == "Refund r0 waits for the owner to decide."
    assert approved == "Refund r1 waits for payment to send the money back."
    assert last.endswith("waiting for payment to send the money back: Is payment running?")


@pytest.mark.parametrize(
    "event_type",
    [
        e
        for e in all_events()
        if e.topic in (ORDERS, PAYMENTS, STOCK) and "order_id" in e.model_fields and "V1" not in e.__name__
    ],
    ids=lambda e: e.__name__,
)
def test_every_event_of_an_order_is_a_sentence(event_type: Any) -> None:
    sample = json.loads((SAMPLES / f"{event_type.type_name()}.json").read_text(encoding="utf-8"))
    said = in_words(parse(event_type.type_name(), json.dumps(sample).encode()))
    assert said != event_type.__name__
    assert len(said) > 10
