"""The sandbox assembled, and served on its addresses."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from alipay_sandbox.adapters.identifiers import RandomIdentifiers
from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.adapters.merchant_file import read_certificates, read_merchants
from alipay_sandbox.adapters.mongo_controls import MongoControls
from alipay_sandbox.adapters.mongo_trades import MongoTrades
from alipay_sandbox.adapters.notice_sender import HttpNoticeSender
from alipay_sandbox.application.armed_faults import ArmedFaults
from alipay_sandbox.application.attempt_log import AttemptLog
from alipay_sandbox.application.background import Background
from alipay_sandbox.application.balances import Balances
from alipay_sandbox.application.bills import Bills
from alipay_sandbox.application.calls import Verifier
from alipay_sandbox.application.cashier import Cashier
from alipay_sandbox.application.controls import Controls
from alipay_sandbox.application.expiry import Expiry
from alipay_sandbox.application.forgery import Forger
from alipay_sandbox.application.methods import Methods
from alipay_sandbox.application.notice_delivery import NoticeDelivery
from alipay_sandbox.application.qr_codes import QrCodes
from alipay_sandbox.application.recovery import Recovery
from alipay_sandbox.application.trades import Trades
from alipay_sandbox.domain.merchants import Merchants
from alipay_sandbox.http.bills import BillRoutes
from alipay_sandbox.http.cashier import CashierRoutes
from alipay_sandbox.http.control import ControlRoutes
from alipay_sandbox.http.gateway import GatewayRoutes
from alipay_sandbox.http.index import IndexRoutes
from alipay_sandbox.http.operations import OperationRoutes
from alipay_sandbox.http.origin import Origin
from alipay_sandbox.settings import Settings
from runtime.clock import Clock, system_clock
from runtime.mongo.client import Database, connect, database
from runtime.web.protocol import BACKLOG, ProblemRunner

BODY_LIMIT = 1024 * 1024
_SHUTDOWN_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Core:
    """Trades and their notices: everything that the routes share and the background runs."""

    trade_store: MongoTrades
    control_store: MongoControls
    sender: HttpNoticeSender
    attempts: AttemptLog
    faults: ArmedFaults
    delivery: NoticeDelivery
    balances: Balances
    expiry: Expiry
    recovery: Recovery
    trades: Trades


def _core(settings: Settings, db: Database, key: SigningKey, merchants: Merchants, clock: Clock) -> _Core:
    trade_store, control_store = MongoTrades(db), MongoControls(db)
    identifiers = RandomIdentifiers()
    max_concurrent = settings.alipay_sandbox_notices_at_once
    sender = HttpNoticeSender(settings.alipay_sandbox_notice_timeout, max_concurrent)
    attempts, faults = AttemptLog(trade_store), ArmedFaults(control_store, clock)
    delivery = NoticeDelivery(
        key=key, cert_sn_for=merchants.cert_sn_for, sender=sender, attempts=attempts, faults=faults, clock=clock, max_concurrent=max_concurrent,
        forger=Forger(key, SigningKey.generate, identifiers.notify_id),
    )  # fmt: skip
    balances, expiry = Balances(trade_store, control_store), Expiry(clock)
    recovery = Recovery(
        trades=trade_store, control=control_store, balances=balances, delivery=delivery, expiry=expiry, faults=faults,
    )  # fmt: skip
    trades = Trades(
        store=trade_store, delivery=delivery, balances=balances, identifiers=identifiers, clock=clock,
        watch_deadline=expiry.add, outcome_unknown=recovery.request,
    )  # fmt: skip
    return _Core(
        trade_store, control_store, sender, attempts, faults, delivery, balances, expiry, recovery, trades
    )


def _routes(
    core: _Core,
    settings: Settings,
    key: SigningKey,
    merchants: Merchants,
    clock: Clock,
    background: Background,
) -> list[web.RouteDef]:
    verifier = Verifier(merchants, settings.alipay_sandbox_timestamp_skew, clock)
    codes = QrCodes(core.control_store, clock)
    bills = Bills(core.trade_store, key.derived_secret(b"bill addresses"), clock)
    cashier = Cashier(
        verifier=verifier, trades=core.trades, codes=codes, merchants=merchants, key=key, clock=clock,
    )  # fmt: skip
    controls = Controls(
        cashier=cashier, trades=core.trades, trade_store=core.trade_store, control_store=core.control_store,
        delivery=core.delivery, faults=core.faults, balances=core.balances, clock=clock,
    )  # fmt: skip
    origin, pages = Origin(settings.alipay_sandbox_public_url), CashierRoutes(cashier, merchants)
    gateway = GatewayRoutes(
        verifier=verifier, methods=Methods(core.trades, codes, bills, merchants.certificates), cashier=pages,
        faults=core.faults, key=key, cert_sn_for=merchants.cert_sn_for, origin=origin,
    )  # fmt: skip
    return [
        *gateway.routes(),
        *pages.routes(),
        *ControlRoutes(controls, origin).routes(),
        *BillRoutes(bills).routes(),
        *IndexRoutes(core.trade_store, core.delivery, core.faults, origin).routes(),
        *OperationRoutes(core.trade_store, lambda: background.alive).routes(),
    ]


async def build_app(settings: Settings, clock: Clock = system_clock) -> web.Application:
    """The sandbox as a web application. Reads the key files now (OSError, ValueError); MongoDB when it starts."""
    key = SigningKey.read(settings.alipay_private_key_file)
    certificates = read_certificates(settings.alipay_cert_file, settings.root_cert_file)
    merchants = read_merchants(settings.merchants_file, certificates)
    client = connect(settings.mongodb_uri)
    core = _core(settings, database(client, settings.database), key, merchants, clock)
    background = Background()

    async def life(_: web.Application) -> AsyncIterator[None]:
        await core.recovery.start()
        background.start(
            {
                "delivery": core.delivery.run(),
                "expiry": core.expiry.run(core.trades.expire),
                "recovery": core.recovery.run(),
            }
        )
        yield
        core.attempts.stop()
        await background.stop()
        await core.sender.close()
        await client.close()

    app = web.Application(client_max_size=BODY_LIMIT)
    app.add_routes(_routes(core, settings, key, merchants, clock, background))
    app.cleanup_ctx.append(life)
    return app


class Server:
    """`async with Server(settings)` serves until the block ends. Port 0 takes any free port; `url` says which."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        self._settings = settings
        self._clock = clock
        self.url = ""

    async def __aenter__(self) -> Self:
        app = await build_app(self._settings, self._clock)
        self._runner = ProblemRunner(app, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        host, port = self._settings.alipay_sandbox_host, self._settings.alipay_sandbox_port
        await web.TCPSite(self._runner, host, port, backlog=BACKLOG).start()
        actual = self._runner.addresses[0][1]
        self.url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{actual}"
        for address in self._settings.alipay_sandbox_extra_addresses:
            extra_host, _, extra_port = address.rpartition(":")
            await web.TCPSite(self._runner, extra_host, int(extra_port), backlog=BACKLOG).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Stop serving. Idempotent."""
        await self._runner.cleanup()
