"""Processes that die, freeze and have wrong clocks; and ports as a process uses them, with steps in between."""

from __future__ import annotations

import asyncio
import functools
import inspect
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from simulation.loop import SimulatedLoop

EPOCH = datetime(2026, 3, 1, 12, tzinfo=UTC)
PASSES_AT_ONCE = 0.6
"""How often a step lets nobody else run: two steps in a row are as likely as an interruption."""


@types.coroutine
def others_run() -> Generator[None, None, None]:
    """Let whatever is ready come first, or not."""
    yield


class Died(BaseException):
    """This process is no more: nothing of it may go on."""


@dataclass(slots=True)
class Chaos:
    """How often a step kills its process, freezes in it, or takes its time (probabilities), until it `calms`."""

    random: Random
    kill: float = 0.0
    freeze: float = 0.0
    slow: float = 0.0

    def calm(self) -> None:
        self.kill = self.freeze = self.slow = 0.0


class Process:
    """One replica of a service: its tasks live and die together.

    `die` ends all of them at once: none of them does anything outside the process afterwards. `clock` is this machine's,
    `skew` away from the true time. `on_gone` is called when the others take it for dead, rightly or not: then it froze and will
    go on. `faults` are errors that ended a task.
    """

    def __init__(
        self, name: str, loop: SimulatedLoop, chaos: Chaos, note: Callable[..., None], *, traced: bool
    ) -> None:
        self.name = name
        self.alive = True
        self.skew = timedelta(0)
        self.faults: list[str] = []
        self.on_gone: Callable[[Process], None] = lambda process: None
        self._random = chaos.random.random
        self._tasks: list[asyncio.Task[Any]] = []
        self._loop = loop
        self._chaos = chaos
        self._note = note
        self._traced = traced

    def clock(self) -> datetime:
        return EPOCH + timedelta(milliseconds=int(self._loop.time() * 1000)) + self.skew

    def monotonic(self) -> float:
        return self._loop.time()

    def start(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> asyncio.Task[Any]:
        """Run `work` in this process."""
        return self._loop.start(self._until_death(work), self._tasks)

    async def _until_death(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            await work()
        except Died:
            return
        except Exception as error:
            self.faults.append(f"{self.name}: {error!r}")

    def die(self) -> None:
        if self.alive:
            self.alive = False
            for task in self._tasks:
                task.cancel()
            self.on_gone(self)

    async def step(self, what: str, *, deadly: bool = True) -> None:
        """Between two effects: others may run, and this process may freeze or, where it is `deadly`, die. Raises Died."""
        if not self.alive:
            raise Died
        chance = self._random()
        if chance < self._chaos.kill and deadly:
            self._note(self.name, "is killed at", what)
            self.die()
            raise Died
        if chance > PASSES_AT_ONCE:
            if chance > 1 - self._chaos.freeze:
                self._note(self.name, "freezes at", what)
                self.on_gone(self)
                await asyncio.sleep(self._chaos.random.choice((0.3, 3.0, 20.0)))
            elif chance > 1 - self._chaos.freeze - self._chaos.slow:
                await asyncio.sleep(self._chaos.random.choice((0.01, 0.1, 0.6)))
            else:
                await others_run()
            if not self.alive:
                raise Died
        if self._traced:
            self._note(self.name, what)


_is_async = functools.cache(inspect.iscoroutinefunction)


class Port:
    """A port as one process calls it: a step before the effect, and one between the effect and its answer.

    A process dies after effects only: before the next one is the same.
    """

    def __init__(self, process: Process, name: str, port: Any) -> None:
        self._process = process
        self._name = name
        self._port = port

    def __getattr__(self, method: str) -> Any:
        target = getattr(self._port, method)
        if not _is_async(getattr(target, "__func__", target)):
            return target
        step, before, after = self._process.step, f"→ {self._name}.{method}", f"← {self._name}.{method}"

        async def call(*args: Any, **named: Any) -> Any:
            if args and args[0] in ([], {}):  # the adapters send nothing then
                return await target(*args, **named)
            await step(before, deadly=False)
            answer = await target(*args, **named)
            await step(after)
            return answer

        setattr(self, method, call)
        return call
