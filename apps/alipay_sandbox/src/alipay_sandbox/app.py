"""The composition root: everything is made here, and nowhere else."""

from collections.abc import AsyncIterator

from aiohttp import web

from alipay_sandbox.adapters.control_store import ControlStore
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
from alipay_sandbox.application.recovery import Recovery
from alipay_sandbox.application.trade_desk import TradeDesk
from alipay_sandbox.background import Background
from alipay_sandbox.http.bills import BillRoutes
from alipay_sandbox.http.cashier import CashierPages
from alipay_sandbox.http.control import ControlRoutes
from alipay_sandbox.http.gateway import GatewayRoutes
from alipay_sandbox.http.index import IndexRoutes
from alipay_sandbox.http.operations import OperationRoutes
from alipay_sandbox.http.origin import Origin
from alipay_sandbox.merchants import Merchants
from alipay_sandbox.settings import Settings
from runtime.clock import Clock, system_clock
from runtime.mongo.client import connect, database

# Both published Python clients may put a whole order into the query; aiohttp's own limit is 8,190 bytes a line.
LINE_LIMIT = 64 * 1024
BODY_LIMIT = 1024 * 1024


async def build_app(settings: Settings, clock: Clock = system_clock) -> web.Application:
    """The sandbox as a web application. Reads the key files now (OSError, ValueError); MongoDB when it starts."""
    key = SigningKey.read(settings.alipay_private_key_file)
    merchants = Merchants.read(settings.merchants_file)
    client = connect(settings.mongodb_uri)
    db = database(client, settings.database)
    trades = TradeStore(db)
    control = ControlStore(db)
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
    recovery = Recovery(
        trades=trades, control=control, accounts=accounts, courier=courier, expiry=expiry, faults=faults
    )
    desk = TradeDesk(
        store=trades,
        announcer=courier,
        accounts=accounts,
        identifiers=identifiers,
        clock=clock,
        wait_for=expiry.add,
        doubt=recovery.doubt,
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
    origin = Origin(settings.alipay_sandbox_public_url)
    pages = CashierPages(cashier, merchants)
    gateway = GatewayRoutes(
        verifier=verifier,
        methods=Methods(desk, codes, bills),
        pages=pages,
        faults=faults,
        key=key,
        origin=origin,
    )

    background = Background()

    async def life(app: web.Application) -> AsyncIterator[None]:
        await recovery.begin()
        background.start(
            {
                "attempts": attempts.run(),
                "courier": courier.run(),
                "expiry": expiry.run(desk.expire),
                "recovery": recovery.run(),
            }
        )
        yield
        await background.stop()
        await postman.close()
        await client.close()

    app = web.Application(
        client_max_size=BODY_LIMIT,
        handler_args={"max_line_size": LINE_LIMIT, "max_field_size": LINE_LIMIT, "access_log": None},
    )
    operations = OperationRoutes(client, lambda: background.alive)
    index = IndexRoutes(trades, courier, faults, origin)
    for part in (gateway, pages, ControlRoutes(controls, origin), BillRoutes(bills), index, operations):
        app.add_routes(part.routes())
    app.cleanup_ctx.append(life)
    return app
