"""The worker and the reconciler do what orders need, against a gateway of the tests' own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from time import time as time_now
from typing import Any, cast

import pytest

from platform_demo.book import Book
from platform_demo.database import Database
from platform_demo.gateway import Away, Gateway, Refused
from platform_demo.reconciling import is_overdue, next_night
from platform_demo.working import Worker


@dataclass
class FakeGateway:
    """Orders by id; records each change, and is away or refuses when told to."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str, Any, str | None]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    async def get(self, path: str, **_: str | int) -> Any:
        if self.fails:
            raise self.fails.pop()
        return self.orders[path.removeprefix("/v1/owner/orders/")]

    async def call(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        self.calls.append((method, path, body, key))
        order = self.orders[path.split("/")[4]]
        if path.endswith("/shipments"):
            if order["status"] != "paid":
                raise Refused(path, 409, "wrong_state", "")
            order["status"] = "shipped"
            order["shipments"] = [*order["shipments"], body]
        else:
            order["refunds"][0]["status"] = "approved" if path.endswith("approval") else "rejected"
        return order


def order(order_id: str, status: str = "paid", refunds: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {
        "order_id": order_id, "mini_program_id": "mp1", "status": status, "placed_at": "2026-11-29T00:00:00Z",
        "refunded_total": {"amount": 0}, "refunds": refunds or [], "shipments": [], "total": {"amount": 100},
    }  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    database = Database(tmp_path / "platform.sqlite")
    yield Book(database)
    database.close()


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway({"o1": order("o1")})


@pytest.fixture
def worker(book: Book, gateway: FakeGateway) -> Worker:
    return Worker(cast("Gateway", gateway), book, {"mp1": "sf"}, refund_at_once=5000)


async def until(condition: Any) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_a_paid_order_is_shipped_once_whatever_comes_again(
    worker: Worker, gateway: FakeGateway
) -> None:
    await worker.handle("o1")
    await worker.handle("o1")
    assert gateway.calls == [
        (
            "POST",
            "/v1/owner/orders/o1/shipments",
            {"carrier": "sf", "tracking_number": "SF0000000001"},
            "parcel-SF0000000001",
        )
    ]


async def test_a_call_whose_answer_was_lost_is_repeated_with_the_same_parcel(
    worker: Worker, gateway: FakeGateway
) -> None:
    await worker.handle("o1")
    gateway.orders["o1"] = order("o1")  # as if the call had not arrived
    await worker.handle("o1")
    assert gateway.calls[0] == gateway.calls[1]


async def test_an_order_that_has_moved_on_is_read_again(
    worker: Worker, gateway: FakeGateway, book: Book
) -> None:
    stale = order("o1")
    gateway.orders["o1"]["status"] = "cancelled"
    await worker.proceed(stale)
    kept = book.order("o1")
    assert kept is not None
    assert kept["status"] == "cancelled"


async def test_orders_of_other_shops_are_kept_and_left_alone(worker: Worker, gateway: FakeGateway) -> None:
    await worker.proceed(order("o9") | {"mini_program_id": "mp9"})
    assert gateway.calls == []
    assert worker.book.order("o9") is not None


async def test_events_are_worked_on_as_they_come(worker: Worker, gateway: FakeGateway, book: Book) -> None:
    task = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    book.receive("msg_1", {"type": "order.paid", "data": {"order_id": "o1"}})
    book.receive("msg_2", {"type": "payout.settled", "data": {}})
    worker.wake()
    await until(lambda: book.next_due() is None)
    assert len(gateway.calls) == 1
    task.cancel()


async def test_an_event_waits_while_anchorage_is_away_and_is_noted_if_refused(
    worker: Worker, gateway: FakeGateway, book: Book
) -> None:
    gateway.orders["o2"] = order("o2")
    gateway.orders["o3"] = order("o3")
    gateway.fails = [Refused("", 401, "bad_token", ""), Refused("", 404, "not_found", ""), Away("")]
    book.receive("msg_1", {"type": "order.paid", "data": {"order_id": "o1"}})
    book.receive("msg_2", {"type": "order.paid", "data": {"order_id": "o2"}})
    book.receive("msg_3", {"type": "order.paid", "data": {"order_id": "o3"}})
    task = asyncio.create_task(worker.run())
    await until(lambda: not gateway.fails)
    await until(lambda: book.due(time_now()) is None)
    [noted] = book.newest("difference", 9)
    assert noted["subject"] == "order o2"
    waiting = {row["event_id"]: row["attempts"] for row in book.newest("event", 9) if not row["done"]}
    assert waiting == {"msg_1": 1, "msg_3": 1}
    task.cancel()


async def test_a_person_decides_and_the_order_goes_on(worker: Worker, gateway: FakeGateway) -> None:
    refund = {"refund_id": "r1", "status": "requested", "amount": {"amount": 9000}, "reason": "x"}
    gateway.orders["o1"] = order("o1", refunds=[refund])
    await worker.handle("o1")
    assert gateway.calls == []
    await worker.decide("o1", "r1", approve=False, reason="worn")
    assert [path for _, path, _, _ in gateway.calls] == [
        "/v1/owner/orders/o1/refunds/r1/rejection",
        "/v1/owner/orders/o1/shipments",
    ]


def test_the_night_is_in_beijing() -> None:
    at = time(3, 0)
    assert next_night(at, datetime(2026, 11, 29, 18, 59, tzinfo=UTC)).astimezone(UTC) == datetime(
        2026, 11, 29, 19, 0, tzinfo=UTC
    )
    assert next_night(at, datetime(2026, 11, 29, 19, 0, tzinfo=UTC)).astimezone(UTC) == datetime(
        2026, 11, 30, 19, 0, tzinfo=UTC
    )


def test_a_night_that_was_missed_is_noticed() -> None:
    now = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
    assert is_overdue(None, now)
    assert is_overdue("2026-11-29T18:59:59+00:00", now)
    assert not is_overdue("2026-11-29T19:00:01+00:00", now)
