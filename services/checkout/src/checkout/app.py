"""Joins checkout's parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from checkout.adapters.mongo_addresses import MongoAddresses
from checkout.adapters.mongo_carts import MongoCarts
from checkout.adapters.mongo_coupons import MongoCoupons, MongoCouponUses
from checkout.adapters.mongo_deadlines import MongoDeadlines
from checkout.adapters.mongo_delivery_terms import MongoDeliveryTerms
from checkout.adapters.mongo_offers import MongoOffers
from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_order_search import MongoOrderSearch
from checkout.adapters.mongo_orders import COLLECTIONS, MongoOrders, OrderCollections
from checkout.adapters.mongo_rating_counts import MongoRatingCounts
from checkout.adapters.mongo_receipt_deadlines import MongoReceiptDeadlines
from checkout.adapters.mongo_recent_views import MongoRecentViews
from checkout.adapters.mongo_registry import MongoRegistry
from checkout.adapters.mongo_reviews import COLLECTION as REVIEWS
from checkout.adapters.mongo_reviews import MongoReviews
from checkout.adapters.mongo_stock_levels import MongoStockLevels
from checkout.application.access import Access
from checkout.application.account import ReadAccount
from checkout.application.address_book import AddressBook
from checkout.application.answering import AnswerAgain
from checkout.application.apply_facts import ApplyFacts
from checkout.application.buyers_reviews import BuyersReviews
from checkout.application.carts import KeepCart, QuoteLines
from checkout.application.close_overdue import CloseOverdue
from checkout.application.coupons import OwnerCoupons
from checkout.application.delivery import KeepDeliveryTerms
from checkout.application.mini_programs import LearnMiniPrograms
from checkout.application.new_orders import NewOrders
from checkout.application.order_commands import OrderCommands
from checkout.application.order_watch import OrderWatch
from checkout.application.owner_orders import OwnerOrders
from checkout.application.placing import PlaceOrder
from checkout.application.pricing import Pricing
from checkout.application.product_reviews import ProductReviews
from checkout.application.reading import ReadOrders
from checkout.application.receipts import TimeOutReceipts
from checkout.application.redeeming import RedeemCoupons
from checkout.application.stalled_orders import StalledOrders
from checkout.http.account import AccountRoutes
from checkout.http.carts import CartRoutes
from checkout.http.content_checks import ContentCheckRoutes
from checkout.http.coupons import CouponRoutes
from checkout.http.delivery import DeliveryRoutes
from checkout.http.errors import PROBLEMS
from checkout.http.orders import OrderRoutes
from checkout.http.owners import OwnerRoutes
from checkout.http.reviews import ReviewRoutes
from checkout.settings import Settings
from checkout.subscribers import (
    mini_programs_subscription,
    order_facts_subscription,
    products_subscription,
    recent_views_subscription,
    refunded_reviews_subscription,
    reviews_subscription,
    stock_levels_subscription,
)
from content_check.choice import content_check
from runtime.clock import Clock, system_clock
from runtime.consuming.answering import answering_again
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.mongo.lease import Lease
from runtime.mongo.stalled_list import MongoStalledList
from runtime.outbox.announcer import Announcer
from runtime.outbox.set_aside import SetAsideSource
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


@dataclass(frozen=True, slots=True)
class Shops:
    """What is known of shops and of what their buyers keep there."""

    registry: MongoRegistry
    offers: MongoOffers
    addresses: MongoAddresses
    carts: MongoCarts
    pricing: Pricing


def _assemble(service: Service, settings: Settings) -> None:
    """What knows the shops; then orders and accounts."""
    collections = OrderCollections(service.db)
    orders, queries = MongoOrders(collections, service.recorder), MongoOrderQueries(collections)
    service.problems(PROBLEMS)
    shops = _assemble_shops(service, queries)
    redeem = _assemble_coupons(service, shops.registry, collections)
    _assemble_orders(service, settings, orders, queries, MongoOrderSearch(collections), shops, redeem)
    _assemble_facts(service, settings, orders, queries, collections)
    _assemble_account(service, queries, shops)
    _assemble_cart(service, shops, redeem)
    _assemble_reviews(service, settings, orders, shops)
    service.relay(COLLECTIONS, named(REVIEWS))


def _assemble_shops(service: Service, queries: MongoOrderQueries) -> Shops:
    """The shops, what they sell, and what they charge for delivery."""
    db = service.db
    registry, offers, addresses = MongoRegistry(db), MongoOffers(db), MongoAddresses(db)
    carts, terms = MongoCarts(db, service.recorder), MongoDeliveryTerms(db, service.recorder)
    preparations = (
        offers.prepare, registry.refresh, queries.prepare_existing, addresses.take_over, carts.prepare,
    )  # fmt: skip
    for preparation in preparations:
        service.prepare(preparation)
    service.subscribe(
        mini_programs_subscription(LearnMiniPrograms(registry, queries)), products_subscription(offers)
    )
    service.background("registry", registry.poll)
    service.routes(DeliveryRoutes(KeepDeliveryTerms(terms, Access(registry)), terms).routes())
    return Shops(registry, offers, addresses, carts, Pricing(terms))


def _assemble_coupons(
    service: Service, registry: MongoRegistry, collections: OrderCollections
) -> RedeemCoupons:
    """Owners' coupons, and how orders use them."""
    coupons, uses = MongoCoupons(service.db, service.recorder), MongoCouponUses(collections)
    service.prepare(coupons.prepare)
    service.routes(CouponRoutes(OwnerCoupons(coupons, uses, Access(registry), service.clock)).routes())
    return RedeemCoupons(coupons, uses)


def _assemble_orders(
    service: Service,
    settings: Settings,
    orders: MongoOrders,
    queries: MongoOrderQueries,
    search: MongoOrderSearch,
    shops: Shops,
    redeem: RedeemCoupons,
) -> None:
    """What buyers and owners do, and the deadlines of orders."""
    clock, deadlines, access = service.clock, MongoDeadlines(service.db), Access(shops.registry)
    watch = OrderWatch(orders, queries)
    orders.on_saved(lambda saved: watch.saved(saved.aggregate))  # wakes the waiters of this replica
    place = PlaceOrder(
        orders=orders,
        new_orders=NewOrders(orders, deadlines),
        registry=shops.registry,
        offers=shops.offers,
        addresses=shops.addresses,
        pricing=shops.pricing,
        clock=clock,
        click_secret=settings.click_secret,
        order_secret=settings.order_secret,
        time_to_pay=timedelta(seconds=settings.payment_timeout_seconds),
        queries=queries,
        max_unpaid=settings.max_unpaid_orders,
        carts=shops.carts,
        redeem=redeem,
    )
    receipts = MongoReceiptDeadlines(service.db)
    commands = OrderCommands(
        orders, access, clock, service.new_id, settings.refund_policy, receipts, settings.receipt_after
    )
    service.prepare(deadlines.prepare)
    service.prepare(receipts.prepare)
    service.routes(OrderRoutes(place, ReadOrders(orders, queries, access), commands, watch).routes())
    service.routes(OwnerRoutes(OwnerOrders(orders, search, access), commands).routes())
    service.background("order-watch", watch.run)
    service.background("deadlines", CloseOverdue(orders, queries, deadlines, clock).run)
    service.background("receipts", TimeOutReceipts(orders, receipts, clock).run)


def _assemble_facts(
    service: Service,
    settings: Settings,
    orders: MongoOrders,
    queries: MongoOrderQueries,
    collections: OrderCollections,
) -> None:
    """What other services announce, and the watch over orders about which they announce nothing."""
    db, clock = service.db, service.clock
    announcer = Announcer(collections.of_order, service.publisher, settings.prefix)
    answer = AnswerAgain(orders, announcer)
    service.subscribe(answering_again(order_facts_subscription(ApplyFacts(orders)), answer))
    source = StalledOrders(orders, queries, announcer, clock)
    lease = Lease(db, "stalled", service.new_id())
    service.background(
        "stalled", StalledWatch([source, SetAsideSource(db)], MongoStalledList(db), lease, clock).run
    )


def _assemble_account(service: Service, queries: MongoOrderQueries, shops: Shops) -> None:
    """A buyer's account in a mini program."""
    recent_views = MongoRecentViews(service.db)
    service.prepare(recent_views.prepare)
    read_account = ReadAccount(shops.addresses, queries, recent_views, shops.offers)
    book = AddressBook(shops.addresses, service.new_id)
    service.routes(AccountRoutes(read_account, book).routes())
    service.subscribe(recent_views_subscription(recent_views))


def _assemble_reviews(service: Service, settings: Settings, orders: MongoOrders, shops: Shops) -> None:
    """Buyers' reviews."""
    check = content_check(settings.content_check_url, lambda: service.http, service.clock)
    stored, counter = MongoReviews(service.db, service.recorder), MongoRatingCounts(service.db)
    service.subscribe(reviews_subscription(counter))
    service.prepare(stored.prepare)
    reviews = BuyersReviews(orders, stored, stored, Access(shops.registry), check, service.clock)
    service.subscribe(refunded_reviews_subscription(reviews))
    service.routes(ContentCheckRoutes(reviews).routes())
    service.routes(
        ReviewRoutes(reviews, ProductReviews(stored, counter, shops.registry, shops.offers)).routes()
    )


def _assemble_cart(service: Service, shops: Shops, redeem: RedeemCoupons) -> None:
    """A buyer's cart in a mini program, and what lines would cost."""
    levels = MongoStockLevels(service.db)
    quote = QuoteLines(shops.offers, levels, shops.addresses, shops.pricing, redeem, service.clock)
    keep = KeepCart(shops.carts, shops.offers, quote, service.clock)
    service.routes(CartRoutes(keep, quote).routes())
    service.subscribe(stock_levels_subscription(levels))
