"""The composition root: everything is made here, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime

from aiohttp import web
from pymongo import AsyncMongoClient

from alipay_sandbox.adapters.control_store import ControlStore
from alipay_sandbox.adapters.documents import Document
from alipay_sandbox.adapters.identifiers import RandomIdentifiers
from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.adapters.postman import Postman
from alipay_sandbox.adapters.trade_store import TradeStore
from alipay_sandbox.application.accounts import Accounts
from alipay_sandbox.application.attempt_log import AttemptLog
from alipay_sandbox.application.bills import Bills
from alipay_sandbox.application.calls import Verifier
from alipay_sandbox.application.cashier import Cashier
from alipay_sandbox.application.codes import Codes
from alipay_sandbox.application.controls import Controls
from alipay_sandbox.application.courier import Courier
from alipay_sandbox.application.expiry import Expiry
from alipay_sandbox.application.fault_desk import FaultDesk
from alipay_sandbox.application.forgery import Forger
from alipay_sandbox.application.methods import Methods
from alipay_sandbox.application.trade_desk import TradeDesk
from alipay_sandbox.http.bills import BillRoutes
from alipay_sandbox.http.cashier import CashierPages
from alipay_sandbox.http.control import ControlRoutes
from alipay_sandbox.http.gateway import GatewayRoutes
from alipay_sandbox.http.operations import OperationRoutes
from alipay_sandbox.http.origin import Origin
from alipay_sandbox.merchants import Merchants
from alipay_sandbox.settings import Settings

Clock = Callable[[], datetime]

# Both published Python clients may put a whole order into the query; aiohttp's own limit is 8,190 bytes a line.
LINE_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024
_MONGO_PATIENCE_MS = 5_000


def utc_now() -> datetime:
    """The present moment in whole milliseconds, which is what MongoDB keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


async def build_app(settings: Settings, clock: Clock = utc_now) -> web.Application:
    """The sandbox as a web application. Reads the key files now (OSError, ValueError); MongoDB when it starts."""
    key = SigningKey.read(settings.alipay_private_key_file)
    merchants = Merchants.read(settings.merchants_file)
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        settings.mongodb_uri, tz_aware=True, serverSelectionTimeoutMS=_MONGO_PATIENCE_MS
    )
    trades = TradeStore(client, settings.database)
    control = ControlStore(client, settings.database)
    identifiers = RandomIdentifiers()
    postman = Postman(settings.alipay_sandbox_notice_timeout, settings.alipay_sandbox_notices_at_once)
    attempts = AttemptLog(trades)
    faults = FaultDesk(control, clock)
    courier = Courier(
        key=key,
        postman=postman,
        log=attempts,
        faults=faults,
        forger=Forger(key, identifiers.notify_id),
        clock=clock,
        at_once=settings.alipay_sandbox_notices_at_once,
    )
    accounts = Accounts(trades, control)
    expiry = Expiry(clock)
    desk = TradeDesk(
        store=trades,
        announcer=courier,
        accounts=accounts,
        identifiers=identifiers,
        clock=clock,
        wait_for=expiry.add,
    )
    verifier = Verifier(merchants, settings.alipay_sandbox_timestamp_skew, clock)
    codes = Codes(control, clock)
    bills = Bills(trades, key.derived_secret(b"bill addresses"), clock)
    cashier = Cashier(verifier=verifier, desk=desk, codes=codes, merchants=merchants, key=key, clock=clock)
    controls = Controls(
        cashier=cashier,
        desk=desk,
        trades=trades,
        control=control,
        courier=courier,
        faults=faults,
        accounts=accounts,
        clock=clock,
    )
    pages = CashierPages(cashier, merchants)
    gateway = GatewayRoutes(
        verifier=verifier,
        methods=Methods(desk, codes, bills),
        pages=pages,
        faults=faults,
        key=key,
        origin=Origin(settings.alipay_sandbox_public_url),
    )

    async def life(app: web.Application) -> AsyncIterator[None]:
        """Takes up what was under way before a restart, and ends the background work at the end."""
        await trades.prepare()
        await control.prepare()
        await faults.load()
        await accounts.load()
        if notice_clock := await control.clock():
            courier.set_notice_clock(notice_clock)
        async for trade_key, notice in trades.undelivered():
            courier.plan(trade_key, notice)
        async for waiting in trades.waiting():
            expiry.add(waiting.key, waiting.trade.expires_at)
        work = [asyncio.create_task(run) for run in (attempts.run(), courier.run(), expiry.run(desk.expire))]
        yield
        for task in reversed(work):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await postman.close()
        await client.close()

    app = web.Application(client_max_size=BODY_LIMIT)
    for part in (gateway, pages, ControlRoutes(controls), BillRoutes(bills), OperationRoutes(client)):
        app.add_routes(part.routes())
    app.cleanup_ctx.append(life)
    return app
