"""Joins checkout's parts."""

from __future__ import annotations

from datetime import timedelta

from checkout.adapters.mongo_addresses import MongoAddresses
from checkout.adapters.mongo_deadlines import MongoDeadlines
from checkout.adapters.mongo_offers import MongoOffers
from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_orders import COLLECTIONS, MongoOrders, OrderCollections
from checkout.adapters.mongo_recent_views import MongoRecentViews
from checkout.adapters.mongo_registry import MongoRegistry
from checkout.application.access import Access
from checkout.application.account import ReadAccount
from checkout.application.address_book import AddressBook
from checkout.application.answering import AnswerAgain
from checkout.application.apply_facts import ApplyFacts
from checkout.application.close_overdue import CloseOverdue
from checkout.application.mini_programs import LearnMiniPrograms
from checkout.application.new_orders import NewOrders
from checkout.application.order_commands import OrderCommands
from checkout.application.order_watch import OrderWatch
from checkout.application.placing import PlaceOrder
from checkout.application.reading import ReadOrders
from checkout.application.stalled_orders import StalledOrders
from checkout.http.account import AccountRoutes
from checkout.http.errors import PROBLEMS
from checkout.http.orders import OrderRoutes
from checkout.http.owners import OwnerRoutes
from checkout.settings import Settings
from checkout.subscribers import (
    mini_programs_subscription,
    order_facts_subscription,
    products_subscription,
    recent_views_subscription,
)
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.lease import Lease
from runtime.mongo.stalled_list import MongoStalledList
from runtime.outbox.announcer import Announcer
from runtime.service import Service
from runtime.stalled import StalledWatch


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    return Service(
        "checkout",
        settings,
        clock=clock,
        new_id=new_id,
        assemble=lambda service: _assemble(service, settings),
    )


def _assemble(service: Service, settings: Settings) -> None:
    """Adapters first, then use cases, then what the service serves, consumes and runs."""
    db, clock, new_id = service.db, service.clock, service.new_id
    collections = OrderCollections(db)
    orders = MongoOrders(collections, service.recorder)
    queries = MongoOrderQueries(collections)
    deadlines = MongoDeadlines(db)
    registry = MongoRegistry(db)
    offers = MongoOffers(db)
    addresses = MongoAddresses(db)
    recent_views = MongoRecentViews(db)

    access = Access(registry)
    watch = OrderWatch(orders, queries)
    orders.on_saved(lambda saved: watch.saved(saved.aggregate))  # wakes the waiters of this replica
    place = PlaceOrder(
        orders=orders,
        new_orders=NewOrders(orders, deadlines),
        registry=registry,
        offers=offers,
        addresses=addresses,
        clock=clock,
        click_secret=settings.click_secret,
        time_to_pay=timedelta(seconds=settings.payment_timeout_seconds),
        queries=queries,
        max_unpaid=settings.max_unpaid_orders,
    )
    read = ReadOrders(orders, queries, access)
    commands = OrderCommands(orders, access, clock, new_id, settings.refund_policy)
    close_overdue = CloseOverdue(orders, queries, deadlines, clock)
    announcer = Announcer(collections.of_order, service.publisher, settings.prefix)
    stalled = StalledWatch(
        [StalledOrders(orders, queries, announcer, clock)],
        MongoStalledList(db),
        Lease(db, "stalled", new_id()),
        clock,
    )
    address_book = AddressBook(addresses, clock, new_id)
    read_account = ReadAccount(addresses, queries, recent_views, offers)

    for preparation in (
        offers.prepare,
        deadlines.prepare,
        addresses.prepare,
        registry.refresh,
        queries.prepare_existing,
    ):
        service.prepare(preparation)
    service.problems(PROBLEMS)
    service.routes(OrderRoutes(place, read, commands, watch).routes())
    service.routes(OwnerRoutes(commands).routes())
    service.routes(AccountRoutes(read_account, address_book).routes())
    service.subscribe(
        mini_programs_subscription(LearnMiniPrograms(registry, queries)),
        products_subscription(offers),
        order_facts_subscription(ApplyFacts(orders), AnswerAgain(orders, announcer)),
        recent_views_subscription(recent_views),
    )
    service.relay(COLLECTIONS)
    service.background("order-watch", watch.run)
    service.background("registry", registry.poll)
    service.background("deadlines", close_overdue.run)
    service.background("stalled", stalled.run)
