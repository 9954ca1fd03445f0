"""Checkout put together."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from checkout.adapters.accounts import Addresses, Views
from checkout.adapters.deadlines import AT_ONCE, Deadlines
from checkout.adapters.hub import Hub
from checkout.adapters.offers import Offers
from checkout.adapters.orders import COLLECTIONS, Orders
from checkout.adapters.registry import Registry
from checkout.application.commands import Commands
from checkout.application.placing import PlaceOrder
from checkout.application.progress import PROGRESS, Progress
from checkout.http.access import Access
from checkout.http.account import AccountCalls
from checkout.http.orders import OrderCalls
from checkout.http.owners import OwnerCalls
from checkout.settings import Settings
from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
)
from contracts.engagement import ProductViewed
from runtime.clock import Clock, system_clock
from runtime.consuming.subscription import Subscription
from runtime.ids import NewId, random_id
from runtime.service import Service

DEADLINE_CHECK_SECONDS = 0.5

MINI_PROGRAM_EVENTS = (MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended)
PRODUCT_EVENTS = (ProductListed, ProductChanged, ProductDelisted)


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""
    return Service(
        "checkout", settings, clock=clock, new_id=new_id, assemble=lambda s: _assemble(s, settings)
    )


def _assemble(service: Service, settings: Settings) -> None:
    db, clock = service.db, service.clock
    deadlines = Deadlines(db)
    orders = Orders(db, service.recorder, clock, deadlines, lambda *change: hub.tell(*change))
    hub = Hub(orders.versions)
    registry, offers = Registry(db, orders), Offers(db)
    addresses, views = Addresses(db), Views(db)
    commands = Commands(orders, deadlines, clock, service.new_id, settings.refund_policy)
    place = PlaceOrder(
        orders, offers, registry, addresses, clock,
        settings.click_secret, timedelta(seconds=settings.payment_timeout_seconds),
    )  # fmt: skip

    for preparation in (offers.prepare, deadlines.prepare, addresses.prepare, registry.refresh):
        service.prepare(preparation)
    access = Access(orders, registry)
    service.routes(OrderCalls(access, place, commands, hub).routes())
    service.routes(OwnerCalls(access, commands).routes())
    service.routes(AccountCalls(orders, addresses, views, offers, clock, service.new_id).routes())
    service.subscribe(
        Subscription("mini-programs", MINI_PROGRAM_EVENTS, registry.on_mini_programs),
        Subscription("products", PRODUCT_EVENTS, offers.on_products, max_records=500),
        Subscription("order-facts", PROGRESS, Progress(orders).on_facts),
        Subscription("recent-views", (ProductViewed,), views.on_views, max_records=500, bulk_fetch=True),
    )
    service.relay(COLLECTIONS)
    service.background("hub", hub.run)
    service.background("registry", registry.keep_fresh)
    service.background("deadlines", lambda: _watch_deadlines(commands, clock))


async def _watch_deadlines(commands: Commands, clock: Clock) -> None:
    while True:
        if await commands.close_overdue(clock()) < AT_ONCE:
            await asyncio.sleep(DEADLINE_CHECK_SECONDS)
