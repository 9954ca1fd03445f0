"""The composition root: everything is made here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from payment.adapters.alipay.merchants import PROVIDER, read_merchants
from payment.adapters.alipay.provider import Alipay
from payment.adapters.mongo_answers import Answers
from payment.adapters.mongo_books import MongoBooks
from payment.adapters.mongo_ledger import MongoLedger
from payment.adapters.mongo_reports import MongoReports
from payment.adapters.mongo_settlements import MongoDayBook
from payment.adapters.mongo_trades import MongoTrades
from payment.adapters.owners import Owners
from payment.application.arbiter import Arbiter
from payment.application.notices import Notices
from payment.application.orders import Orders
from payment.application.ports import PaymentProvider
from payment.application.providers import Providers
from payment.application.reconciliation import Reconciliation
from payment.application.settlement import Settlement, settle_daily
from payment.application.trades import Trades
from payment.application.worker import Worker
from payment.http.notices import NoticeRoutes
from payment.http.operations import OperationRoutes
from payment.http.payments import PaymentRoutes
from payment.http.statements import StatementRoutes
from payment.settings import Settings
from payment.subscribers import (
    ledger_subscription,
    mini_programs_subscription,
    orders_subscription,
    reservations_subscription,
)
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.mongo.lease import Lease
from runtime.service import Service

RELAYED = named("trades", "payouts")
LONGEST_SETTLEMENT = timedelta(minutes=10)
"""A run that dies holds up the next one for this long at most."""


def build_app(
    settings: Settings,
    *,
    further: Mapping[str, PaymentProvider] | None = None,
    clock: Clock = system_clock,
    new_id: NewId = random_id,
) -> Service:
    """The payment service, with Alipay and any `further` providers by name.

    Reads the merchants' file and keys now (OSError, ValueError).
    """
    merchants = read_merchants(settings.alipay_merchants)

    def assemble(service: Service) -> None:
        reached = {"public_url": settings.public_url, "notify_url": settings.notify_url}
        alipay = Alipay(merchants, lambda: service.http, clock, **reached)
        providers = Providers({PROVIDER: alipay, **(further or {})})
        store = MongoTrades(service.db, service.recorder, lambda trade: worker.written(trade))
        answers = Answers(service.db)
        trades = Trades(store)
        notices = Notices(trades, clock)
        orders = Orders(trades, store, providers, settings.schedule, clock)
        arbiter = Arbiter(trades, providers, settings.schedule, clock)
        worker = Worker(store, arbiter.look, Lease(service.db, "work", new_id(), clock), clock)

        ledger, owners = MongoLedger(service.db), Owners(service.db)

        books, reports = MongoBooks(service.db), MongoReports(service.db)
        book = MongoDayBook(service.db, service.recorder, clock)
        settling = Lease(service.db, "settlement", new_id(), clock, length=LONGEST_SETTLEMENT)
        settlement = Settlement(book, books, owners, settling, clock, settings.settlement_wait)
        reconciliation = Reconciliation(providers, books, reports, clock)

        for part in (store, answers, ledger, owners, book):
            service.prepare(part.prepare)
        service.routes(NoticeRoutes(notices, alipay).routes())
        service.routes(PaymentRoutes(store, answers, providers, clock).routes())
        service.routes(StatementRoutes(book, books, owners).routes())
        service.routes(OperationRoutes(book, books, settlement, reconciliation, reports).routes())
        service.subscribe(
            reservations_subscription(orders),
            orders_subscription(orders),
            ledger_subscription(ledger, clock),
            mini_programs_subscription(owners),
        )
        service.background("worker", worker.run)
        service.background("settlement", lambda: settle_daily(settlement))
        service.relay(RELAYED)

    return Service("payment", settings, clock=clock, new_id=new_id, assemble=assemble)
