"""A service assembled: its parts, how they start, and how they stop.

A service's own `app.py` makes one `Service` and gives it routes, subscriptions and tasks; `serve` runs it. Tests run the
same object with `async with service.running()`.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import aiohttp
import uvloop
from aiohttp import web

from runtime.clock import Clock, system_clock
from runtime.consuming.consumer import Consumers
from runtime.consuming.subscription import Subscription
from runtime.consuming.watchdog import Watchdog
from runtime.health import Health
from runtime.ids import NewId, random_id
from runtime.kafka.publisher import Publisher
from runtime.logs import configure_logging
from runtime.mongo.client import CollectionFilter, Database, connect, database, named
from runtime.outbox.actions import ACTIONS, prepare_actions
from runtime.outbox.recorder import Recorded, Recorder
from runtime.outbox.relay import Relay
from runtime.settings import ServiceSettings
from runtime.tasks import Task, end, retry_until_done, supervise
from runtime.telemetry import configure_telemetry, shutdown_telemetry
from runtime.web.boundary import NOSNIFF, build_http
from runtime.web.client import client_session
from runtime.web.connections import FEW_CALLERS, raise_descriptor_limit
from runtime.web.problems import Problem, ProblemTable, unavailable
from runtime.web.protocol import ProblemRunner, listen
from runtime.web.revocations import Revocations, from_identity
from runtime.web.routes import Admit, Route
from runtime.web.tokens import Keys, TokenVerifier

log = logging.getLogger(__name__)

GC_THRESHOLDS = (20_000, 20, 20)
"""Python's garbage collector runs after this many new objects; its default of 700 costs some percent of the CPU."""
INTERRUPT_SECONDS = 3.0
"""How long an interrupted start has to close what it opened."""


class Service:
    """The parts of one process. Clients are made when it starts, because they belong to the running event loop."""

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        clock: Clock = system_clock,
        new_id: NewId = random_id,
        uses_mongo: bool = True,
        assemble: Callable[[Service], None] | None = None,
        answer_headers: Mapping[str, str] = NOSNIFF,
        compress: bool = False,
    ) -> None:
        """`assemble` is called once the clients exist and before anything is served: it makes the adapters and use
        cases, and registers routes, subscriptions and tasks with the service. `compress` is for what browsers and apps
        call."""
        self.name = name
        self.settings = settings
        self.clock = clock
        self.new_id = new_id
        self.recorder = Recorder(clock, new_id, self._publish_soon, name)
        self.publisher = Publisher(settings.kafka, settings.kafka_login)
        self.keys = Keys(settings.identity_url, lambda: self.http)
        self.revocations = Revocations(from_identity(settings.identity_url, lambda: self.http))
        self.verifier = TokenVerifier(self.keys, standing=self.revocations)
        self.url = self.metrics_url = ""
        self._health = Health()
        self.notes = self._health.notes
        self.has_database = uses_mongo
        self._assemble = assemble
        self._answer_headers = answer_headers
        self._compress = compress
        self._routes: list[Route] = []
        self._admit_unmatched: Admit | None = None
        self._problems: dict[type[Exception], Callable[[Any], Problem]] = {}
        self._subscriptions: list[Subscription] = []
        self._background: list[tuple[str, Task]] = []
        self._preparations: list[Task] = []
        self._closings: list[Task] = []
        self._relayed: tuple[CollectionFilter, ...] = ()
        self._running: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None
        self._stop_serving: Task | None = None

    @property
    def ready(self) -> bool:
        """Whether it has started and is not stopping."""
        return self._health.ready

    @property
    def db(self) -> Database:
        """The service's database; only once it has started."""
        assert self._health.db is not None, f"{self.name} has not started"  # noqa: S101
        return self._health.db

    @property
    def http(self) -> aiohttp.ClientSession:
        """The pooled HTTP client; only once it has started."""
        assert self._http is not None, f"{self.name} has not started"  # noqa: S101
        return self._http

    def routes(self, routes: Sequence[Route]) -> None:
        """Serve these routes."""
        self._routes.extend(routes)

    def admit_unmatched(self, admit: Admit) -> None:
        """Ask this first for calls that have no route."""
        self._admit_unmatched = admit

    def problems(self, table: ProblemTable) -> None:
        """Answer these domain errors with these problems."""
        self._problems.update(table)

    def subscribe(self, *subscriptions: Subscription) -> None:
        """Consume these events."""
        self._subscriptions.extend(subscriptions)

    def prepare(self, preparation: Task) -> None:
        """Run this (indexes, first documents) before anything is consumed; it is retried until it succeeds."""
        self._preparations.append(preparation)

    def background(self, name: str, task: Task) -> None:
        """Run this as long as the service runs; it is restarted when it fails."""
        self._background.append((name, task))

    def close_last(self, close: Task) -> None:
        """Run this when nothing is served any more."""
        self._closings.append(close)

    def relay(self, *collections: CollectionFilter) -> None:
        """Publish the outboxes of these collections: `named(...)` and `with_prefix(...)` of `runtime.mongo.client`."""
        self._relayed = collections

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """What it subscribes to. Assembles it, and connects to neither Kafka nor MongoDB."""
        async with self._serving():
            return tuple(self._subscriptions)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """Everything is up and ready inside, and stopped in order afterwards."""
        async with self._serving():
            try:
                await self._start()
                yield self
            finally:
                await self._stop()

    @asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        """The HTTP side and its clients, from the first moment, so that health can be queried while starting."""
        client = connect(self.settings.mongodb_uri) if self.has_database else None
        if client is not None:
            self._health.db = database(client, self.settings.database(self.name))
        self._http = client_session()
        if self._assemble is not None:
            self._assemble(self)
        app = build_http(
            [*map(self._once_ready, self._routes), *self._health.routes()],
            self.verifier,
            self._answer_headers,
            self._problems,
            compress=self._compress,
            admit_unmatched=self._admit_unmatched,
        )
        runner = ProblemRunner(
            app,
            answer_headers=self._answer_headers,
            access_log=None,
            shutdown_timeout=self.settings.graceful_timeout.total_seconds(),
        )
        self._stop_serving = runner.cleanup
        measured = ProblemRunner(build_http(self._health.metrics_routes(), None), limits=FEW_CALLERS)
        try:
            self.metrics_url = await listen(measured, self.settings.host, self.settings.metrics_port)
            self.url = await listen(runner, self.settings.host, self.settings.port)
            log.info("serving", extra={"url": self.url, "metrics_url": self.metrics_url})
            yield
        finally:
            async with AsyncExitStack() as closing:  # in reverse, each whatever becomes of the one before
                if client is not None:
                    closing.push_async_callback(client.close)
                closing.push_async_callback(self._http.close)
                for close in reversed(self._closings):
                    closing.push_async_callback(close)
                closing.push_async_callback(measured.cleanup)
                closing.push_async_callback(runner.cleanup)

    def _once_ready(self, route: Route) -> Route:
        """A write before the relay's position is fixed would never be published, so calls wait for the start to end."""

        async def handler(request: web.Request) -> web.StreamResponse:
            if not self.ready:
                raise unavailable("The service is starting or stopping. Try again.")
            return await route.handler(request)

        return replace(route, handler=handler)

    async def _start(self) -> None:
        for preparation in self._preparations:
            await retry_until_done(preparation)
        if self._relayed:
            relay = Relay(
                self.db, self.publisher, self.clock,
                prefix=self.settings.prefix, holder=self.new_id(), collections=(*self._relayed, named(ACTIONS)),
            )  # fmt: skip
            self._health.relay = relay
            await retry_until_done(lambda: prepare_actions(self.db))
            await retry_until_done(relay.prepare)
            self._run("relay", relay.run)
        if self._subscriptions:
            await retry_until_done(self._start_consumers)
        self._run("revocations", self.revocations.poll)
        for name, task in self._background:
            self._run(name, task)
        if self._health.watchdog is not None:
            self._run("watchdog", self._health.watchdog.run)
        self._health.ready = True
        log.info("ready")

    def _publish_soon(self, recorded: Recorded) -> None:
        if self._health.relay is not None:
            self._health.relay.fast_path.offer(recorded)

    def _run(self, name: str, task: Task) -> None:
        self._running.append(asyncio.create_task(supervise(name, task), name=name))

    async def _start_consumers(self) -> None:
        consumers = Consumers(self.name, self.settings, self._subscriptions, self.publisher, self.clock)
        try:
            await consumers.start()
        except BaseException:
            await consumers.stop()
            raise
        self._health.consumers = consumers
        self._health.watchdog = Watchdog(consumers.consumers)

    async def _stop(self) -> None:
        """Refuse new calls and finish those under way, stop consuming, end the background tasks and the relay, then stop the
        producer; each part whatever becomes of the one before."""
        self._health.ready = False
        async with AsyncExitStack() as stopping:  # in reverse
            stopping.push_async_callback(self.publisher.stop)
            stopping.push_async_callback(end, *self._running)
            if self._health.consumers is not None:
                stopping.push_async_callback(self._health.consumers.stop)
            if self._stop_serving is not None:
                stopping.push_async_callback(self._stop_serving)


def serve(service: Service) -> None:
    """Run the service until SIGTERM or SIGINT."""
    settings = service.settings
    configure_logging(service.name, settings.log_level)
    configure_telemetry(service.name, ratio=settings.trace_ratio, trace_dir=settings.trace_dir)
    raise_descriptor_limit()
    gc.freeze()  # what is loaded now lives as long as the process: the collector need not scan it again
    gc.set_threshold(*GC_THRESHOLDS)
    try:
        uvloop.run(_run_until_signal(service))
    finally:
        shutdown_telemetry()


async def _run_until_signal(service: Service) -> None:
    """A signal interrupts a service that is still starting, and stops a running one in order."""
    signalled = asyncio.Event()
    running = asyncio.create_task(_run(service, signalled))
    interrupting: list[asyncio.Task[None]] = []

    def stop() -> None:
        if not service.ready and not signalled.is_set():
            interrupting.append(asyncio.create_task(end(running, again_after=INTERRUPT_SECONDS)))
        signalled.set()

    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    with suppress(asyncio.CancelledError):
        await running


async def _run(service: Service, signalled: asyncio.Event) -> None:
    async with service.running():
        await signalled.wait()
