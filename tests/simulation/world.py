"""Three services of two replicas each, a broker and Alipay, in one loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from simulation.alipay import Alipay
from simulation.broker import Broker, Group, Partition
from simulation.loop import SimulatedLoop
from simulation.process import EPOCH, Chaos, Process
from simulation.services import (
    Catalog,
    CatalogDatabase,
    Checkout,
    CheckoutDatabase,
    InMemoryProcessor,
    Payment,
    PaymentDatabase,
)
from support.in_memory_store import Entry

REPLICAS = 2


class Unreachable(Exception):
    """The process died before it answered: the caller does not know what was done."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The code of the services; a test plants a fault by giving another part."""

    checkout: Callable[..., Any] = Checkout
    catalog: Callable[..., Any] = Catalog
    payment: Callable[..., Any] = Payment
    group: type[Group] = Group
    relay: type[Group] = Group


class World:
    """Three services of two replicas each, a broker and Alipay. `trace` is what happened, where it is wanted."""

    def __init__(self, seed: int, parts: Parts = Parts(), *, traced: bool = False) -> None:
        self.random = random = Random(seed)
        self.loop = SimulatedLoop(random)
        self.trace: list[str] = []
        self.traced = traced
        self.dead_letters: list[str] = []
        self.faults: list[str] = []
        self.wrong: list[str] = []
        self.answers: list[tuple[str, int, str]] = []
        self.chaos = Chaos(random)
        self.alipay = Alipay(self.clock, random)
        self.alipay.on_paid = self._notify
        self.broker = Broker(random, parts.group)
        self.checkout, self.payment = CheckoutDatabase(), PaymentDatabase(self.clock)
        self.catalog = CatalogDatabase(self.clock)
        self.shelves = self.catalog.shelves
        self._ended = False
        self.relays: dict[str, Group] = {}
        self._factories = {
            "checkout": (parts.checkout, self.checkout, None),
            "catalog": (parts.catalog, self.catalog, None),
            "payment": (parts.payment, self.payment, self.alipay),
        }
        self.replicas: dict[str, dict[int, tuple[Process, Any]]] = {}
        for name, (_, database, _) in self._factories.items():
            relay = parts.relay(f"{name}.relay", [Partition("outbox", database.outbox.entries)], random)
            database.outbox.on_added = relay.wake
            self.relays[name] = relay
            self.replicas[name] = {}

    def clock(self) -> datetime:
        """The true time."""
        return EPOCH + timedelta(milliseconds=int(self.loop.time() * 1000))

    def note(self, *words: str) -> None:
        """Write into the trace."""
        if self.traced:
            self.trace.append(f"{self.loop.time():9.3f}  {' '.join(words)}")

    def start_all(self) -> None:
        """Start every replica that is not running."""
        for name in self._factories:
            for number in range(REPLICAS):
                self._start(name, number)

    def _start(self, name: str, number: int) -> None:
        running = self.replicas[name].get(number)
        if running is not None and running[0].alive:
            return
        process = Process(f"{name}-{number}", self.loop, self.chaos, self.note, traced=self.traced)
        process.on_gone = self._gone
        make, database, shared = self._factories[name]
        app = make(process, database, shared)
        self.replicas[name][number] = (process, app)
        self.note(f"{process.name} starts")
        for subscription in app.subscriptions:
            processor = InMemoryProcessor(process, subscription, self.dead_letters)
            group = self.broker.group(f"{name}.{subscription.name}", subscription.topics)
            process.start(partial(group.consume, process, processor.process, subscription.events))
        process.start(partial(self.relays[name].consume, process, self._publisher(process), (object,)))
        if hasattr(app, "work"):
            process.start(app.work)

    def _publisher(self, process: Process) -> Callable[[Sequence[Entry]], Awaitable[None]]:
        async def publish(entries: Sequence[Entry]) -> None:
            await process.step("publishes")
            if self.traced:
                for entry in entries:
                    self.note(
                        f"{process.name} publishes {type(entry.event).__name__} v{entry.event.version} {entry.event.key}"
                    )
            self.broker.append(entries)
            await process.step("published")

        return publish

    def calm(self) -> None:
        """The faults end: what is dead is started, clocks are right."""
        self.note("the faults end")
        self.chaos.calm()
        self.alipay.calm()
        for process in self.processes():
            process.skew = timedelta(0)
        self.start_all()

    def end(self) -> None:
        """Nothing has an effect any more."""
        self._ended = True
        for process in self.processes():
            process.die()

    def all_faults(self) -> list[str]:
        """The errors that ended a task of a process."""
        return self.faults + [fault for process in self.processes() for fault in process.faults]

    def groups(self) -> Iterator[Group]:
        """All consumer groups and relays."""
        yield from self.broker.groups.values()
        yield from self.relays.values()

    def processes(self) -> Iterator[Process]:
        """Those that are alive."""
        for replicas in self.replicas.values():
            for process, _ in replicas.values():
                if process.alive:
                    yield process

    def _gone(self, process: Process) -> None:
        """Its partitions go to others. If it is dead, it is started again some time later."""
        if self._ended:
            return
        for group in self.groups():
            group.leave(process)
        if not process.alive:
            self.faults += process.faults
            self.loop.create_task(self._restart(process))

    async def _restart(self, process: Process) -> None:
        await asyncio.sleep(self.random.choice((0.5, 5.0, 25.0)))
        name, _, number = process.name.partition("-")
        self._start(name, int(number))

    async def call(self, service: str, call: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        """An HTTP call to one replica. Raises Unreachable, or what the call raises."""
        alive = [pair for pair in self.replicas[service].values() if pair[0].alive]
        if not alive:
            raise Unreachable
        process, app = self.random.choice(alive)
        answer = self.loop.create_future()

        async def serve() -> None:
            try:
                result = await call(app)
                await process.step(f"answers {service}")
            except Exception as error:
                answer.set_exception(error)
            else:
                answer.set_result(result)

        def hang_up(task: asyncio.Task[Any]) -> None:
            if not answer.done():
                answer.set_exception(Unreachable())

        process.start(serve).add_done_callback(hang_up)
        return await answer

    def _notify(self, order_id: str) -> None:
        """Alipay's notices of a payment: late, several, or none."""
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self.loop.create_task(self._send_notice(order_id, self.random.choice((0.1, 2.0, 40.0))))

    async def _send_notice(self, order_id: str, after: float) -> None:
        await asyncio.sleep(after)
        try:
            await self.call("payment", lambda app: app.notices.take(order_id.encode()))
        except Unreachable:
            self.note("a notice is lost")
