"""A service put together: its parts, how they start, how their health shows, how they stop.

A service's own `app.py` makes one `Service`, gives it routes, subscriptions and tasks, and is run by `serve`; tests run
the same object with `async with service.running()`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from runtime import mongo
from runtime.clock import Clock, system_clock
from runtime.consumers import Consumers
from runtime.delivery import Subscription
from runtime.faults import describe
from runtime.http import NOSNIFF, Route, build_http, client_session, json_response, metrics_page
from runtime.ids import NewId, random_id
from runtime.logs import configure_logging
from runtime.outbox import Recorded, Recorder
from runtime.protocol import ProblemRunner
from runtime.publisher import Publisher
from runtime.relay import Relay
from runtime.settings import ServiceSettings
from runtime.tasks import end
from runtime.telemetry import configure_telemetry, shutdown_telemetry
from runtime.tokens import Keys, TokenVerifier
from runtime.watchdog import Watchdog

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 5.0
GARBAGE = (20_000, 20, 20)
"""Python's collector looks after so many new objects; its default of 700 costs 3 to 7 % of CPU here."""
BROKEN_OFF_SECONDS = 3.0
"""What a start that is broken off has to put away what it made."""
Task = Callable[[], Awaitable[None]]
Assemble = Callable[["Service"], None]


class Service:
    """The parts of one process. Clients are made when it starts, since they belong to the running event loop."""

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        clock: Clock = system_clock,
        new_id: NewId = random_id,
        uses_mongo: bool = True,
        assemble: Assemble | None = None,
        answer_headers: Mapping[str, str] = NOSNIFF,
    ) -> None:
        """`assemble` is called once the clients are there and before anything is served: it makes the adapters and
        use cases, and tells the service its routes, subscriptions and tasks."""
        self.name = name
        self.settings = settings
        self.clock = clock
        self.new_id = new_id
        self.recorder = Recorder(clock, new_id, self._publish_soon)
        self.publisher = Publisher(settings.kafka)
        self.keys = Keys(settings.identity_url, lambda: self.http)
        self.verifier = TokenVerifier(self.keys)
        self.ready = False
        self.url = ""
        self._uses_mongo = uses_mongo
        self._assemble = assemble
        self._answer_headers = answer_headers
        self._routes: list[Route] = []
        self._subscriptions: list[Subscription] = []
        self._tasks: list[tuple[str, Task]] = []
        self._preparations: list[Task] = []
        self._closings: list[Task] = []
        self._relayed: mongo.Names | None = None
        self._running: list[asyncio.Task[None]] = []
        self._relay: Relay | None = None
        self._consumers: Consumers | None = None
        self._watchdog: Watchdog | None = None
        self._db: mongo.Database | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def db(self) -> mongo.Database:
        """The service's database; only once it has started."""
        assert self._db is not None, f"{self.name} has not started"  # noqa: S101
        return self._db

    @property
    def http(self) -> aiohttp.ClientSession:
        """The pooled HTTP client; only once it has started."""
        assert self._http is not None, f"{self.name} has not started"  # noqa: S101
        return self._http

    def routes(self, routes: Sequence[Route]) -> None:
        """Serve these."""
        self._routes.extend(routes)

    def subscribe(self, *subscriptions: Subscription) -> None:
        """Take these events."""
        self._subscriptions.extend(subscriptions)

    def prepare(self, preparation: Task) -> None:
        """Do this (indexes, first documents) before anything is consumed; again until it succeeds."""
        self._preparations.append(preparation)

    def background(self, name: str, task: Task) -> None:
        """Run this as long as the service runs; it is started again when it fails."""
        self._tasks.append((name, task))

    def close_last(self, close: Task) -> None:
        """Do this when nothing is served any more."""
        self._closings.append(close)

    def relay(self, collections: mongo.Names) -> None:
        """Relay the outboxes of these collections: `named(...)` or `beginning(...)` of `runtime.mongo`."""
        self._relayed = collections

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """Everything up and ready inside; everything stopped in order outside."""
        async with self._serving():
            try:
                await self._start()
                yield self
            finally:
                await self._stop()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        """The HTTP side with its clients, from the first moment, so that health can be asked while starting."""
        client = mongo.connect(self.settings.mongodb_uri) if self._uses_mongo else None
        self._db = mongo.database(client, self.settings.database(self.name)) if client is not None else None
        self._http = client_session()
        if self._assemble is not None:
            self._assemble(self)
        app = build_http([*self._routes, *self._health_routes()], self.verifier, self._answer_headers)
        runner = ProblemRunner(
            app, access_log=None, shutdown_timeout=self.settings.graceful_timeout.total_seconds()
        )
        await runner.setup()
        site = web.TCPSite(runner, self.settings.host, self.settings.port, backlog=1024)
        try:
            await site.start()
            host, port = runner.addresses[0][:2]
            self.url = f"http://{host}:{port}"
            log.info("serving", extra={"url": self.url})
            yield
        finally:
            await runner.cleanup()
            for close in self._closings:
                await close()
            await self._http.close()
            if client is not None:
                await client.close()

    async def _start(self) -> None:
        for preparation in self._preparations:
            await self._until_done(preparation)
        if self._relayed is not None:
            self._relay = Relay(
                self.db, self.publisher, self.clock,
                prefix=self.settings.prefix, holder=self.new_id(), collections=self._relayed,
            )  # fmt: skip
            await self._until_done(self._relay.prepare)
            self._run("relay", self._relay.run)
        if self._subscriptions:
            await self._until_done(self._start_consumers)
        for name, task in self._tasks:
            self._run(name, task)
        if self._watchdog is not None:
            self._run("watchdog", self._watchdog.run)
        self.ready = True
        log.info("ready")

    def _publish_soon(self, recorded: Recorded) -> None:
        if self._relay is not None:
            self._relay.ahead.take(recorded)

    def _run(self, name: str, task: Task) -> None:
        self._running.append(asyncio.create_task(self._supervise(name, task), name=name))

    async def _start_consumers(self) -> None:
        consumers = Consumers(self.name, self.settings, self._subscriptions, self.publisher, self.clock)
        try:
            await consumers.start()
        except BaseException:
            await consumers.stop()
            raise
        self._consumers = consumers
        self._watchdog = Watchdog(consumers.consumers)

    async def _until_done(self, preparation: Task) -> None:
        """Try until it succeeds: what a service needs may come up after it."""
        pause = 0.2
        while True:
            try:
                return await preparation()
            except Exception as fault:
                log.warning("not yet ready", extra={"waiting_for": describe(fault)[:300]})
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _supervise(self, name: str, task: Task) -> None:
        pause = 0.2
        while True:
            try:
                await task()
                return
            except Exception:
                own = asyncio.current_task()
                if own is not None and own.cancelling():
                    raise  # it failed while it was being stopped: it is not to start again
                log.exception("a background task failed and starts again", extra={"task": name})
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _stop(self) -> None:
        """First no new work, then what is under way, then the way out."""
        self.ready = False
        if self._consumers is not None:
            await self._consumers.stop()
        await end(*self._running)
        await self.publisher.stop()

    def _health_routes(self) -> list[Route]:
        public: frozenset[str] = frozenset()
        return [
            Route("GET", "/livez", self._livez, public),
            Route("GET", "/readyz", self._readyz, public),
            Route("GET", "/metrics", metrics_page, public),
        ]

    async def _livez(self, _: web.Request) -> web.Response:
        stuck = self._watchdog.stuck if self._watchdog is not None else []
        return json_response({"status": "stuck" if stuck else "alive", "stuck": stuck}, 503 if stuck else 200)

    async def _readyz(self, _: web.Request) -> web.Response:
        checks: dict[str, Any] = {"started": self.ready}
        if self._db is not None:
            checks["mongodb"] = await self._mongo_answers()
        if self._consumers is not None:
            checks["consumers"] = not any(c.waiting_for_dependency for c in self._consumers.consumers)
        if self._relay is not None:
            checks["relay"] = self._relay.working
        good = all(checks.values())
        return json_response({"status": "ready" if good else "not ready", **checks}, 200 if good else 503)

    async def _mongo_answers(self) -> bool:
        try:
            async with asyncio.timeout(1):
                await self.db.command("ping")
        except Exception:
            return False
        return True


def serve(service: Service) -> None:
    """Run the service until it is asked to stop (SIGTERM, SIGINT)."""
    settings = service.settings
    configure_logging(service.name, settings.log_level)
    configure_telemetry(service.name, ratio=settings.trace_ratio, trace_dir=settings.trace_dir)
    gc.freeze()  # what is loaded now lives as long as the process: nothing to look through again and again
    gc.set_threshold(*GARBAGE)
    try:
        uvloop.run(_until_asked(service))
    finally:
        shutdown_telemetry()


async def _until_asked(service: Service) -> None:
    """A service that is still starting when it is asked is interrupted; one that runs stops in order."""
    asked = asyncio.Event()
    running = asyncio.create_task(_run(service, asked))

    broken_off: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not service.ready and not asked.is_set():
            broken_off.append(asyncio.create_task(end(running, again_after=BROKEN_OFF_SECONDS)))
        asked.set()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    with suppress(asyncio.CancelledError):
        await running


async def _run(service: Service, asked: asyncio.Event) -> None:
    async with service.running():
        await asked.wait()
