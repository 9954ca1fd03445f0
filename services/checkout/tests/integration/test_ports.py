"""What the ports promise, on MongoDB and in memory, where faster tests use them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
import pytest_asyncio
from checkout_support.in_memory import (
    InMemoryDeadlines,
    InMemoryDeliveryTerms,
    InMemoryOrders,
    InMemoryReceiptDeadlines,
)
from checkout_support.samples import LINK, NOW, placed_order

from checkout.adapters.mongo_deadlines import MongoDeadlines
from checkout.adapters.mongo_delivery_terms import MongoDeliveryTerms
from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_orders import MongoOrders, OrderCollections
from checkout.adapters.mongo_receipt_deadlines import MongoReceiptDeadlines
from checkout.application.cart_ports import DeliveryTermsStore
from checkout.application.ports import Deadlines, OrderQueries, Orders, ReceiptDeadlines
from checkout.domain.deadline import SPAN, deadline_of
from checkout.domain.delivery import DeliveryTerms, RegionFee
from checkout.domain.errors import IllegalTransition, SlotTaken
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.outbox.changes import Change, Command, Decide, Result
from runtime.outbox.recorder import Recorder


@dataclass
class Ports:
    """One implementation, and a mini program of the test's own."""

    orders: Orders
    queries: OrderQueries
    deadlines: Deadlines
    delivery_terms: DeliveryTermsStore
    receipts: ReceiptDeadlines
    mini_program_id: str = field(default_factory=lambda: "mp" + secrets.token_hex(4))

    def new_order(self, *, seconds: float = 0.0, openid: str = "o1") -> Order:
        """An order that is not stored, placed so many seconds after NOW."""
        return placed_order(
            f"{self.mini_program_id}_{secrets.token_hex(10)}",
            mini_program_id=self.mini_program_id,
            openid=openid,
            placed_at=NOW + timedelta(seconds=seconds),
        )

    async def place(self, *, seconds: float = 0.0, openid: str = "o1") -> Order:
        order = self.new_order(seconds=seconds, openid=openid)
        assert await self.orders.insert([Change(order)]) == [True]
        return order


@pytest_asyncio.fixture(params=["mongodb", "in_memory"])
async def ports(request: pytest.FixtureRequest, mongodb_uri: str, module_prefix: str) -> AsyncIterator[Ports]:
    if request.param == "in_memory":
        in_memory = InMemoryOrders()
        yield Ports(
            in_memory, in_memory, InMemoryDeadlines(), InMemoryDeliveryTerms(), InMemoryReceiptDeadlines()
        )
        return
    client = connect(mongodb_uri)
    db = database(client, f"{module_prefix}ports{secrets.token_hex(3)}")
    collections = OrderCollections(db)
    recorder = Recorder(system_clock, random_id)
    orders = MongoOrders(collections, recorder)
    try:
        yield Ports(
            orders,
            MongoOrderQueries(collections),
            MongoDeadlines(db),
            MongoDeliveryTerms(db, recorder),
            MongoReceiptDeadlines(db),
        )
    finally:
        await client.close()


def pay(order: Order) -> list[OrderEvent]:
    order.reserve_stock(NOW)
    order.request_payment(LINK, NOW)
    return order.settle_payment("T1", NOW)


def act(action: Callable[[Order], list[OrderEvent]]) -> Decide[Order]:
    """Decide on an order that exists, without events."""

    def decide(order: Order | None) -> Change[Order] | None:
        assert order is not None
        version = order.version
        action(order)
        return Change(order) if order.version != version else None

    return decide


def reserve(order: Order) -> list[OrderEvent]:
    return order.reserve_stock(NOW)


def receive(order: Order) -> list[OrderEvent]:
    return order.receive(NOW)


async def test_a_new_order_is_stored_once(ports: Ports) -> None:
    first, second = ports.new_order(), ports.new_order()
    again = replace(first, openid="other")
    assert await ports.orders.insert([Change(first), Change(again), Change(second)]) == [True, False, True]
    assert await ports.orders.insert([Change(again)]) == [False]
    assert await ports.orders.get(first.order_id) == first
    assert await ports.orders.get(second.order_id) == second


async def test_two_unpaid_orders_of_a_buyer_cannot_share_a_slot(ports: Ports) -> None:
    await ports.queries.prepare(ports.mini_program_id)
    first, second, others = ports.new_order(), ports.new_order(), ports.new_order(openid="other")
    first.unpaid_slot = second.unpaid_slot = others.unpaid_slot = 0
    outcomes = await ports.orders.insert([Change(first), Change(second), Change(others)])
    assert [type(outcome) for outcome in outcomes] == [bool, SlotTaken, bool]
    assert await ports.queries.unpaid(ports.mini_program_id, "o1") == {0: first.order_id}
    await ports.orders.change(first.order_id, act(lambda order: order.reject_stock("sold_out", NOW)))
    assert await ports.queries.unpaid(ports.mini_program_id, "o1") == {}
    assert await ports.orders.insert([Change(second)]) == [True]


async def test_an_order_that_does_not_exist_is_none(ports: Ports) -> None:
    assert await ports.orders.get(ports.new_order().order_id) is None
    assert await ports.orders.get("not an order id") is None
    assert await ports.orders.change("not an order id", lambda order: None) == Result(None)


async def test_a_change_is_stored(ports: Ports) -> None:
    order = await ports.place()
    result = await ports.orders.change(order.order_id, act(reserve))
    assert result.aggregate == await ports.orders.get(order.order_id)
    assert result.aggregate is not None
    assert (result.aggregate.status, result.aggregate.version) == ("confirmed", 2)


async def test_a_decision_without_a_change_writes_nothing(ports: Ports) -> None:
    order = await ports.place()
    confirmed = (await ports.orders.change(order.order_id, act(reserve))).aggregate
    assert await ports.orders.change(order.order_id, act(reserve)) == Result(confirmed)


async def test_a_refused_change_leaves_the_order_as_it_was(ports: Ports) -> None:
    order = await ports.place()

    def reserve_and_fail(order: Order) -> list[OrderEvent]:
        order.reserve_stock(NOW)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        await ports.orders.change(order.order_id, act(reserve_and_fail))
    assert await ports.orders.get(order.order_id) == order


async def test_of_many_commands_each_has_its_own_outcome(ports: Ports) -> None:
    first, second = await ports.place(), await ports.place()
    commands = [
        Command(first.order_id, act(reserve)),
        Command(second.order_id, act(receive)),
        Command(ports.new_order().order_id, lambda order: None),
    ]
    confirmed, refused, missing = await ports.orders.change_many(commands)
    assert isinstance(confirmed, Result)
    assert confirmed.aggregate == await ports.orders.get(first.order_id)
    assert isinstance(refused, IllegalTransition)
    assert missing == Result(None)
    assert await ports.orders.get(second.order_id) == second


async def test_pages_are_newest_first_and_follow_each_other(ports: Ports) -> None:
    oldest, middle, newest = [await ports.place(seconds=seconds) for seconds in (0, 1, 2)]
    await ports.place(seconds=3, openid="other")
    first_page = await ports.queries.page(
        ports.mini_program_id, openid="o1", status=None, after=None, limit=2
    )
    assert first_page == [newest, middle]
    after = (middle.placed_at, middle.order_id)
    assert await ports.queries.page(
        ports.mini_program_id, openid="o1", status="placed", after=after, limit=2
    ) == [oldest]
    everyone = await ports.queries.page(ports.mini_program_id, openid=None, status=None, after=None, limit=9)
    assert len(everyone) == 4


async def test_orders_are_found_by_their_refunds(ports: Ports) -> None:
    await ports.place()
    withdrawn, requested = [await ports.place(seconds=seconds) for seconds in (1, 2)]
    for order in (withdrawn, requested):
        await ports.orders.change(order.order_id, act(pay))
        await ports.orders.change(order.order_id, act(lambda order: order.request_refund("r1", 1, "dent")))
    await ports.orders.change(withdrawn.order_id, act(lambda order: order.withdraw_refund("r1")))

    async def found(refund: str) -> list[str]:
        page = await ports.queries.page(
            ports.mini_program_id, openid="o1", status=None, refund=refund, after=None, limit=9
        )
        return [order.order_id for order in page]

    assert await found("open") == [requested.order_id]
    assert await found("any") == [requested.order_id, withdrawn.order_id]


async def test_orders_of_the_same_moment_are_listed_once(ports: Ports) -> None:
    placed = [await ports.place() for _ in range(3)]
    listed: list[Order] = []
    after = None
    while page := await ports.queries.page(
        ports.mini_program_id, openid=None, status=None, after=after, limit=1
    ):
        listed += page
        after = (page[-1].placed_at, page[-1].order_id)
    assert sorted(order.order_id for order in listed) == sorted(order.order_id for order in placed)


async def test_orders_are_counted_by_status_for_one_buyer(ports: Ports) -> None:
    await ports.place()
    confirmed = await ports.place()
    await ports.orders.change(confirmed.order_id, act(reserve))
    await ports.place(openid="other")
    assert await ports.queries.counts(ports.mini_program_id, "o1") == {
        "placed": 1, "confirmed": 1, "refunding": 0,
    }  # fmt: skip


async def test_the_versions_of_the_orders_that_exist_are_known(ports: Ports) -> None:
    first, second = await ports.place(), await ports.place()
    await ports.orders.change(second.order_id, act(reserve))
    asked = [first.order_id, second.order_id, ports.new_order().order_id]
    assert await ports.queries.versions(asked) == {first.order_id: 1, second.order_id: 2}


async def test_orders_that_wait_for_a_deadline_are_overdue(ports: Ports) -> None:
    waiting, closed, later = [await ports.place(seconds=s) for s in (0, 0, SPAN.total_seconds())]
    await ports.orders.change(closed.order_id, act(lambda order: order.close("cancelled_by_buyer", NOW)))
    assert await ports.queries.overdue(deadline_of(waiting), 9) == [waiting.order_id]
    assert await ports.queries.overdue(deadline_of(later), 9) == [later.order_id]


async def test_a_deadline_is_due_when_it_expires_and_stored_once(ports: Ports) -> None:
    first, later = (deadline_of(ports.new_order(seconds=seconds)) for seconds in (0, 60))
    await ports.deadlines.store([first, later])
    await ports.deadlines.store([first])
    assert await ports.deadlines.due(first.expires_at - timedelta(milliseconds=1), 9) == []
    assert await ports.deadlines.due(first.expires_at, 9) == [first]
    assert await ports.deadlines.due(later.expires_at, 9) == [first, later]
    assert await ports.deadlines.due(later.expires_at, 1) == [first]


async def test_a_deadline_is_checked_a_last_time_and_dropped(ports: Ports) -> None:
    deadline = deadline_of(ports.new_order())
    await ports.deadlines.store([deadline])
    later = deadline.expires_at + timedelta(minutes=1)
    await ports.deadlines.check_again([deadline], later)
    assert await ports.deadlines.due(deadline.expires_at, 9) == []
    assert await ports.deadlines.due(later, 9) == [replace(deadline, is_last=True)]
    await ports.deadlines.drop([deadline])
    assert await ports.deadlines.due(later, 9) == []
    await ports.deadlines.store([deadline])
    assert await ports.deadlines.due(later, 9) == [deadline]


async def test_delivery_terms_count_for_the_next_order_when_they_are_stored(ports: Ports) -> None:
    mini_program_id, store = ports.mini_program_id, ports.delivery_terms
    assert await store.get(mini_program_id) is None
    assert await store.current(mini_program_id) == DeliveryTerms(mini_program_id)
    first = DeliveryTerms(mini_program_id, 800, 9900, (RegionFee("浙江", 300),), version=1)
    second = first.changed_to(0, None, ())
    for terms in (first, second):
        await store.change(mini_program_id, lambda _, terms=terms: Change(terms))  # type: ignore[misc]
        assert await store.current(mini_program_id) == await store.get(mini_program_id) == terms


async def test_a_receipt_is_due_at_the_latest_time_that_was_stored_for_its_order(ports: Ports) -> None:
    first, second = NOW, NOW + timedelta(days=1)
    for order_id, at in (("a", second), ("a", first), ("b", first)):
        await ports.receipts.store(order_id, at)
    assert await ports.receipts.due(first - timedelta(milliseconds=1), 9) == []
    assert await ports.receipts.due(first, 9) == ["b"]
    assert await ports.receipts.due(second, 9) == ["b", "a"]
    assert await ports.receipts.due(second, 1) == ["b"]


async def test_a_receipt_that_is_held_is_checked_again_until_it_is_dropped(ports: Ports) -> None:
    await ports.receipts.store("a", NOW)
    later = NOW + timedelta(hours=1)
    await ports.receipts.check_again({"a": later, "unknown": NOW})
    assert await ports.receipts.due(NOW, 9) == []
    assert await ports.receipts.due(later, 9) == ["a"]
    await ports.receipts.drop(["a"])
    assert await ports.receipts.due(later, 9) == []
