"""Joins the parts of payment: the only place that knows them all."""

from __future__ import annotations

from collections.abc import Mapping

from payment.adapters.alipay.merchant_file import MerchantFile
from payment.adapters.alipay.merchants import PROVIDER
from payment.adapters.alipay.provider import Alipay
from payment.adapters.mongo_ledger import MongoLedger
from payment.adapters.mongo_offers import MongoOffers
from payment.adapters.mongo_owner_payments import MongoOwnerPayments
from payment.adapters.mongo_owners import MongoOwners
from payment.adapters.mongo_payouts import MongoPayouts
from payment.adapters.mongo_reports import MongoReports
from payment.adapters.mongo_settlements import MongoSettlements
from payment.adapters.mongo_trades import COLLECTION as TRADES
from payment.adapters.mongo_trades import MongoTrades
from payment.adapters.mongo_unfinished_trades import MongoUnfinishedTrades
from payment.application.answering import AnswerAgain
from payment.application.arbiter import Arbiter
from payment.application.bookkeeping import Bookkeeping
from payment.application.due_trades import DueTrades
from payment.application.notices import Notices
from payment.application.offer_payment import OfferPayment
from payment.application.order_requests import OrderRequests
from payment.application.owner_payments import OwnerPayments
from payment.application.payouts import PayoutDesk
from payment.application.ports import PaymentProvider
from payment.application.providers import Providers
from payment.application.reconciliation import Reconciliation
from payment.application.settlement import Settlement, settle_daily
from payment.application.stalled_trades import StalledSettlements, StalledTrades
from payment.application.statements import Statements
from payment.application.trade_opening import TradeOpening
from payment.application.trades import Trades
from payment.http.errors import PROBLEMS
from payment.http.merchants import MerchantRoutes
from payment.http.notices import NoticeRoutes
from payment.http.operations import OperationRoutes
from payment.http.owner_payments import OwnerPaymentRoutes
from payment.http.payments import PaymentRoutes
from payment.http.payouts import PayoutRoutes
from payment.http.statements import StatementRoutes
from payment.settings import Settings
from payment.subscribers import (
    ledger_subscription,
    mini_programs_subscription,
    orders_subscription,
    receipts_subscription,
    reservations_subscription,
)
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

RELAYED = named("trades", "payouts", "owner_payments")


def build_app(
    settings: Settings,
    *,
    more_providers: Mapping[str, PaymentProvider] | None = None,
    clock: Clock = system_clock,
    new_id: NewId = random_id,
) -> Service:
    """The payment service, with Alipay and `more_providers` by name.

    Reads the merchants' file, keys and certificates now; raises OSError or ValueError.
    """
    file = MerchantFile(settings.alipay_merchants, clock)

    def assemble(service: Service) -> None:
        alipay = Alipay(
            file.merchants, lambda: service.http, clock, public_url=settings.public_url, notify_url=settings.notify_url,
        )  # fmt: skip
        service.background("merchants file", lambda: file.watch(alipay.replace))
        service.notes["merchants_file"] = lambda: file.fault
        providers = Providers({PROVIDER: alipay, **(more_providers or {})})
        owners, ledger = MongoOwners(service.db), MongoLedger(service.db)
        trade_store = MongoTrades(service.db, service.recorder)
        stalled_trades = _assemble_trades(service, settings, alipay, providers, trade_store)
        settlement = _assemble_money(service, settings, providers, trade_store, ledger, owners)
        watch = StalledWatch(
            [stalled_trades, StalledSettlements(settlement), SetAsideSource(service.db)],
            MongoStalledList(service.db),
            Lease(service.db, "stalled", new_id()),
            clock,
        )
        service.background("stalled", watch.run)
        service.subscribe(mini_programs_subscription(owners))
        service.prepare(owners.prepare)
        service.problems(PROBLEMS)
        service.relay(RELAYED)

    return Service("payment", settings, clock=clock, new_id=new_id, assemble=assemble)


def _assemble_trades(
    service: Service, settings: Settings, alipay: Alipay, providers: Providers, trade_store: MongoTrades
) -> StalledTrades:
    """From a reservation to the money, and back to the payer. Gives what watches over the trades."""
    clock, schedule = service.clock, settings.schedule
    offers = MongoOffers(service.db)
    trades = Trades(trade_store)
    arbiter = Arbiter(trades, providers, schedule, clock)
    lease = Lease(service.db, "work", service.new_id())
    due_trades = DueTrades(trade_store, arbiter.advance, lease, clock)
    trade_store.on_saved(lambda saved: due_trades.trade_saved(saved.aggregate))

    service.prepare(trade_store.prepare)
    service.prepare(offers.prepare)
    service.routes(NoticeRoutes(Notices(trades, alipay, clock)).routes())
    service.routes(MerchantRoutes(providers).routes())
    service.routes(PaymentRoutes(OfferPayment(trade_store, offers, providers, clock)).routes())
    answer = AnswerAgain(Announcer(lambda _: service.db[TRADES], service.publisher, settings.prefix))
    service.subscribe(
        answering_again(
            reservations_subscription(
                TradeOpening(trade_store, providers, schedule, clock), settings.order_secret
            ),
            answer,
        ),
        answering_again(orders_subscription(OrderRequests(trades, clock)), answer),
    )
    unfinished = MongoUnfinishedTrades(service.db)
    service.prepare(unfinished.prepare)
    service.background("due trades", due_trades.run)
    return StalledTrades(unfinished, trade_store, arbiter.advance)


def _assemble_money(
    service: Service,
    settings: Settings,
    providers: Providers,
    trade_store: MongoTrades,
    ledger: MongoLedger,
    owners: MongoOwners,
) -> Settlement:
    """Ledger, settlement and reconciliation."""
    clock = service.clock
    settlements, reports = (
        MongoSettlements(service.db, service.recorder),
        MongoReports(service.db, service.recorder),
    )
    payouts = MongoPayouts(service.db, service.recorder)
    owner_payments = MongoOwnerPayments(service.db, service.recorder)
    bookkeeping = Bookkeeping(ledger, trade_store, payouts, owner_payments, clock)
    lease = Lease(service.db, "settlement", service.new_id())
    settlement = Settlement(
        settlements, payouts, trade_store, ledger, owners, lease, clock, settings.settlement_wait
    )
    desk = PayoutDesk(payouts, clock)
    reconciliation = Reconciliation(providers, trade_store, ledger, reports, clock)

    service.prepare(ledger.prepare)
    service.prepare(settlements.prepare)
    service.prepare(payouts.prepare)
    service.prepare(owner_payments.prepare)
    service.routes(PayoutRoutes(desk).routes())
    service.routes(OwnerPaymentRoutes(OwnerPayments(owner_payments, settlements, owners, clock)).routes())
    service.routes(StatementRoutes(Statements(settlements, ledger, owners)).routes())
    service.routes(OperationRoutes(settlement, reconciliation, bookkeeping).routes())
    service.subscribe(ledger_subscription(bookkeeping), receipts_subscription(bookkeeping))
    service.background("settlement", lambda: settle_daily(settlement))
    return settlement
