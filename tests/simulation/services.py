"""The three services joined as in their `app.py`, on ports in memory: real use cases, real subscriptions, real processors.

A `…Database` is what the replicas of a service share.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from aiokafka import ConsumerRecord
from catalog_support.in_memory import InMemoryReservations, Shelves
from checkout_support.in_memory import (
    InMemoryCoupons,
    InMemoryCouponUses,
    InMemoryDeadlines,
    InMemoryDeliveryTerms,
    InMemoryOffers,
    InMemoryOrders,
    InMemoryReceiptDeadlines,
    InMemoryRegistry,
)
from payment_support.in_memory import Held, InMemoryLease, InMemoryLedger, InMemoryTrades, StoredLedger

from catalog.application.reserving import Reserving
from catalog.application.stalled_reservations import LeftOverHolds
from catalog.subscribers import stock_follows_orders
from checkout.application.access import Access
from checkout.application.apply_facts import ApplyFacts
from checkout.application.close_overdue import CloseOverdue
from checkout.application.new_orders import NewOrders
from checkout.application.order_commands import OrderCommands
from checkout.application.placing import PlaceOrder
from checkout.application.pricing import Pricing
from checkout.application.reading import ReadOrders
from checkout.application.receipts import TimeOutReceipts
from checkout.application.redeeming import RedeemCoupons
from checkout.domain.coupon import Coupon
from checkout.domain.order import Order
from checkout.subscribers import order_facts_subscription
from contracts.envelope import Envelope
from payment.application.arbiter import Arbiter
from payment.application.bookkeeping import Bookkeeping
from payment.application.due_trades import DueTrades
from payment.application.notices import Notices
from payment.application.order_requests import OrderRequests
from payment.application.providers import Providers
from payment.application.trade_opening import TradeOpening
from payment.application.trades import Trades
from payment.domain.schedule import Schedule
from payment.domain.statements import Payout
from payment.domain.trade import StoredTrade
from payment.subscribers import (
    ledger_subscription,
    orders_subscription,
    receipts_subscription,
    reservations_subscription,
)
from runtime.clock import Clock
from runtime.consuming.processor import Processor
from runtime.consuming.subscription import Delivery, Subscription
from runtime.stalled import Asked, StalledWatch
from simulation.alipay import Alipay
from simulation.process import Died, Port, Process
from support.in_memory_store import Outbox, Stored

TIME_TO_PAY = timedelta(seconds=40)
SCHEDULE = Schedule(longest=timedelta(seconds=40), watch=timedelta(seconds=60))
RECEIPT_AFTER = timedelta(seconds=70)
CHECK_EVERY = 46.0
"""Seconds between two checks of deadlines: each costs time."""
LEASE = timedelta(seconds=80)
ORDER_SECRET = "shared by checkout and payment"


@dataclass(slots=True)
class CheckoutDatabase:
    orders: Stored[Order] = field(default_factory=Stored)
    deadlines: InMemoryDeadlines = field(default_factory=InMemoryDeadlines)
    receipts: InMemoryReceiptDeadlines = field(default_factory=InMemoryReceiptDeadlines)
    registry: InMemoryRegistry = field(default_factory=InMemoryRegistry)
    offers: InMemoryOffers = field(default_factory=InMemoryOffers)
    coupons: Stored[Coupon] = field(default_factory=Stored)
    delivery_terms: InMemoryDeliveryTerms = field(default_factory=InMemoryDeliveryTerms)

    @property
    def outbox(self) -> Outbox:
        return self.orders.outbox


class InMemoryStalledList:
    """The port StalledList."""

    def __init__(self) -> None:
        self._found: dict[str, Asked] = {}

    async def load(self) -> Mapping[str, Asked]:
        return self._found

    async def replace(self, found: Sequence[Asked], at: datetime) -> None:
        self._found = {asked.stalled.key: asked for asked in found}


@dataclass(slots=True)
class CatalogDatabase:
    """`clock` is the database server's."""

    clock: Clock
    shelves: Shelves = field(default_factory=Shelves)
    lease: Held = field(default_factory=Held)
    stalled: InMemoryStalledList = field(default_factory=InMemoryStalledList)

    @property
    def outbox(self) -> Outbox:
        return self.shelves.outbox


@dataclass(slots=True)
class PaymentDatabase:
    """`clock` is the database server's."""

    clock: Clock
    trades: Stored[StoredTrade] = field(default_factory=Stored)
    ledger: StoredLedger = field(default_factory=StoredLedger)
    lease: Held = field(default_factory=Held)

    @property
    def outbox(self) -> Outbox:
        return self.trades.outbox


class NoPayouts:
    """Nothing is settled within a schedule."""

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, Payout]:
        return {}


class InMemoryProcessor(Processor):
    """The processor on entries instead of Kafka's records. A dead letter is noted in `dead_letters`."""

    def __init__(self, process: Process, subscription: Subscription, dead_letters: list[str]) -> None:
        super().__init__(
            subscription.name, subscription.events, subscription.handle, cast(Any, None), process.clock
        )
        self._process = process
        self._dead_letters = dead_letters

    def read(self, raw: Any) -> Delivery | None:
        event = raw.event
        envelope = Envelope("", event.type_name(), "", raw.at, event.key)
        return Delivery(event, envelope, raw, raw.traceparent)

    def spans(self, deliveries: Sequence[Delivery]) -> AbstractContextManager[list[Delivery]]:
        return nullcontext(list(deliveries))

    async def set_aside(self, raw: ConsumerRecord, error: Exception, attempts: int) -> None:
        if not self._process.alive:
            raise Died
        event = cast(Any, raw).event
        self._dead_letters.append(f"{self.group}: {type(event).__name__} of {event.key}: {error!r}")

    def count(self, outcome: str, event_type: str, records: int = 1) -> None:
        """Nobody reads metrics here."""


class Checkout:
    """Checkout in one process. The class's attributes are parts that a planted fault replaces; so with the other two."""

    orders = InMemoryOrders
    new_orders = NewOrders
    commands_of = OrderCommands
    pricing = Pricing

    def __init__(self, process: Process, database: CheckoutDatabase, shared: object = None) -> None:
        def port(name: str, adapter: Any) -> Any:
            return Port(process, name, adapter)

        clock = process.clock
        pause = lambda: process.step("… orders")  # noqa: E731
        stored = self.orders(database.orders, clock=clock, pause=pause)
        orders = port("orders", stored)
        coupons = port("coupons", InMemoryCoupons(database.coupons))
        deadlines = port("deadlines", database.deadlines)
        access = Access(database.registry)
        self.place = PlaceOrder(
            orders=orders,
            new_orders=self.new_orders(orders, deadlines),
            registry=database.registry,
            offers=database.offers,
            addresses=cast(Any, None),
            pricing=self.pricing(database.delivery_terms),
            clock=clock,
            click_secret="",
            order_secret=ORDER_SECRET,
            time_to_pay=TIME_TO_PAY,
            queries=orders,
            max_unpaid=1,
            carts=cast(Any, None),
            redeem=RedeemCoupons(coupons, port("uses", InMemoryCouponUses(stored))),
        )
        self.read = ReadOrders(orders, orders, access)
        receipts = port("receipts", database.receipts)
        self.commands = self.commands_of(
            orders, access, clock, lambda: "parcel", "unshipped", receipts, RECEIPT_AFTER
        )
        self._time_out_receipts = TimeOutReceipts(orders, receipts, clock)
        self._close_overdue = CloseOverdue(orders, orders, deadlines, clock, process.monotonic)
        self._clock = clock
        self.subscriptions = [order_facts_subscription(ApplyFacts(orders))]

    async def work(self) -> None:
        """What runs next to calls and events."""
        while True:
            await asyncio.sleep(CHECK_EVERY)
            await self._close_overdue.close_due(self._clock())
            await self._time_out_receipts.complete_due(self._clock())


class Catalog:
    """Catalog in one process."""

    reservations = InMemoryReservations

    def __init__(self, process: Process, database: CatalogDatabase, shared: object = None) -> None:
        store: Any = Port(process, "reservations", self.reservations(database.shelves, process.clock))
        lease = Port(process, "lease", InMemoryLease(database.lease, process.name, database.clock, LEASE))
        self._watch = StalledWatch([LeftOverHolds(store)], database.stalled, cast(Any, lease), process.clock)
        self.subscriptions = [stock_follows_orders(Reserving(store))]

    async def work(self) -> None:
        """What runs next to calls and events. The watch asks nobody again here: that would heal what the simulation is to find."""
        await self._watch.run()


class Payment:
    """Payment in one process."""

    ledger = InMemoryLedger

    def __init__(self, process: Process, database: PaymentDatabase, alipay: Alipay) -> None:
        def port(name: str, adapter: Any) -> Any:
            return Port(process, name, adapter)

        clock = process.clock
        pause = lambda: process.step("… trades")  # noqa: E731
        in_memory = InMemoryTrades(database.trades, clock=clock, pause=pause)
        store = port("trades", in_memory)
        provider = self.provider(port("alipay", alipay))
        providers = Providers({"alipay": provider})
        trades = Trades(store)
        arbiter = Arbiter(trades, providers, SCHEDULE, clock)
        lease = port("lease", InMemoryLease(database.lease, process.name, database.clock, LEASE))
        self._due_trades = DueTrades(store, arbiter.advance, lease, clock)
        in_memory.on_saved(lambda saved: self._due_trades.trade_saved(saved.aggregate))
        self.notices = Notices(trades, provider, clock)
        ledger = port("ledger", self.ledger(database.ledger))
        bookkeeping = Bookkeeping(ledger, store, cast(Any, NoPayouts()), cast(Any, NoPayouts()), clock)
        self.subscriptions = [
            reservations_subscription(TradeOpening(store, providers, SCHEDULE, clock), ORDER_SECRET),
            orders_subscription(self.requests(trades, store, clock)),
            ledger_subscription(bookkeeping),
            receipts_subscription(bookkeeping),
        ]

    def provider(self, alipay: Any) -> Any:
        return alipay

    def requests(self, trades: Trades, store: Any, clock: Clock) -> OrderRequests:
        return OrderRequests(trades, clock)

    async def work(self) -> None:
        """What runs next to calls and events."""
        await self._due_trades.run()
