"""A second provider is one class: orders, refunds, ledger and reconciliation need nothing else."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from payment_support.till import Till

from payment.application.ports import PaymentProvider
from payment.domain.days import day_of
from payment.domain.errors import BadNotice
from payment.domain.provider import (
    Ended,
    Form,
    Made,
    NeverSeen,
    NoSuchRefund,
    Notice,
    Paid,
    RefundAnswer,
    TradeAnswer,
)
from payment.domain.reconciliation import Movement
from payment.domain.refund import Refund
from payment.domain.trade import Collector, Money, Trade
from runtime.clock import system_clock

KIOSK = Collector("counter", "kiosk", "1", "2")
OWN = Collector("counter", "own", "3", "4", owner_id="owner-1")


@dataclass
class Counter:
    """Cash over the counter: a payer shows a ticket, and there are no notices."""

    received: dict[str, Money] = field(default_factory=dict)
    refunds: dict[tuple[str, str], int] = field(default_factory=dict)
    collected_by: dict[str, Collector] = field(default_factory=dict)

    def collectors(self) -> Mapping[str, Collector]:
        return {"kiosk": KIOSK, "own": OWN}

    def billed(self) -> Collection[Collector]:
        return [KIOSK, OWN]

    def form(self, trade: Trade, product: str, now: datetime) -> Form:
        self.collected_by[trade.order_id] = trade.collector
        return Form(cashier_url=f"https://counter.example/tickets/{trade.order_id}")

    async def offer(self, trade: Trade, product: str, payer: str | None, now: datetime) -> Form:
        return self.form(trade, product, now)

    async def query(self, trade: Trade) -> TradeAnswer:
        money = self.received.get(trade.order_id)
        return Paid(money) if money is not None else NeverSeen()

    async def close(self, trade: Trade) -> TradeAnswer:
        return Ended()

    async def refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        self.refunds.setdefault((trade.order_id, refund.refund_id), refund.amount)
        return Made(system_clock())

    async def query_refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        made = (trade.order_id, refund.refund_id) in self.refunds
        return Made(system_clock()) if made else NoSuchRefund()

    async def read_notice(self, body: bytes) -> Notice:
        raise BadNotice("the counter sends no notices")

    async def read_return(self, query: bytes) -> str:
        raise BadNotice("the counter redirects nobody")

    async def bill(self, collector: Collector, day: date) -> Sequence[Movement]:
        paid = [Movement(order_id, None, money.amount) for order_id, money in self.received.items()]
        moved = [*paid, *(Movement(*key, -amount) for key, amount in self.refunds.items())]
        return [movement for movement in moved if self.collected_by[movement.order_id] == collector]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"settlement_wait": timedelta(seconds=0)}


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def more_providers(counter: Counter) -> dict[str, PaymentProvider]:
    return {"counter": counter}


async def test_other_services_are_told_who_can_collect(till: Till) -> None:
    status, told = await till.call("GET", "/internal/merchants")
    assert (status, {item["merchant"]: item["owner_id"] for item in told["items"]}) == (
        200,
        {"default": None, "kiosk": None, "own": "owner-1"},
    )


async def test_an_order_is_paid_and_refunded_through_the_provider_that_collects_for_its_merchant(
    till: Till, counter
) -> None:
    order, link = await till.open(amount=10000, merchant="kiosk")
    assert link == f"https://counter.example/tickets/{order.order_id}"
    counter.received[order.order_id] = Money("t-1", 10000, till.clock())
    till.clock.shift += timedelta(seconds=31)
    [settled] = await till.wait_for(order.order_id, "PaymentSettled")
    assert (settled.trade_no, settled.collector) == ("t-1", "counter.kiosk")
    refund_id = await till.approve_refund(order, 2500)
    posted = await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}")
    assert posted["clearing:counter.kiosk"] == -2500
    assert counter.refunds == {(order.order_id, refund_id): 2500}

    at_alipay = await till.paid(amount=300)
    await till.posted(at_alipay.order_id, f"payment:{at_alipay.order_id}")
    _, report = await till.call(
        "POST", f"/v1/ops/reconciliations/{day_of(till.clock())}", headers=till.issuer.headers("ops")
    )
    totals = {item["collector"]: (item["compared"], item["bill_total"]) for item in report["items"]}
    assert totals == {"counter.kiosk": (2, 7500), "counter.own": (0, 0), "alipay.default": (1, 300)}
    assert report["clean"] is True


async def test_an_owner_whose_own_merchant_collects_owes_the_commissions_and_is_paid_nothing(
    till: Till, counter
) -> None:
    await till.open_shop("owner-1")
    order, _ = await till.open(
        amount=10000, platform_bp=500, creator_bp=1000, creator_id="c-1", merchant="own"
    )
    counter.received[order.order_id] = Money("t-1", 10000, till.clock())
    till.clock.shift += timedelta(seconds=31)
    posted = await till.posted(order.order_id, f"payment:{order.order_id}", within=30)
    assert posted == {
        "clearing:counter.own": 10000, "at_owner:counter.own": -10000, "owner:demoshop01": 1500, "platform": -500,
        "creator:c-1": -1000,
    }  # fmt: skip
    await till.receive(order)
    first = await _settled_tomorrow(till)
    assert (first["paid_out"], first["platform"]) == (1000, 500)  # the creator is paid, the owner is not
    refund_id = await till.approve_refund(order, 4000)
    await till.posted(order.order_id, f"refund:{order.order_id}:{refund_id}", within=30)
    assert (await _settled_tomorrow(till))["paid_out"] == 0
    headers = till.issuer.headers("owner", owner_id="owner-1")
    _, body = await till.call("GET", "/v1/owner/settlements", headers=headers)
    statements = [
        (item["opening"], item["closing"], item["owed"], item["payout_id"]) for item in body["items"]
    ]
    assert statements == [(-1500, -900, 900, None), (0, -1500, 1500, None)]


async def _settled_tomorrow(till: Till) -> dict[str, Any]:
    """The settlement of today, once it is over."""
    day = day_of(till.clock())
    till.clock.shift += timedelta(days=1)
    status, settled = await till.call(
        "POST", f"/v1/ops/settlements/{day}", headers=till.issuer.headers("ops")
    )
    assert status == 200, settled
    return settled
