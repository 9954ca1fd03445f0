"""An asyncio event loop whose time is virtual and whose order of steps follows from a seed.

Whatever is ready may run next: a random one does. When nothing is ready, time jumps to the next timer. There are no sockets and
no threads, so a program on this loop does the same each time it is run with the same random numbers.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

MAX_STEPS = 100_000
"""Some hundred times what a schedule takes."""


class Restless(Exception):
    """The program goes on and on: perhaps without letting time pass."""


class Call:
    """A callback that waits for its turn."""

    __slots__ = ("args", "callback", "context", "is_cancelled", "moment")

    def __init__(
        self,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: contextvars.Context | None,
        moment: float,
    ) -> None:
        self.callback = callback
        self.args = args
        self.context = context or contextvars.copy_context()
        self.moment = moment
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True

    def cancelled(self) -> bool:
        return self.is_cancelled

    def when(self) -> float:
        return self.moment


class SimulatedLoop(asyncio.AbstractEventLoop):
    """`run` runs one coroutine to its end. `start` begins a family of tasks: those that its tasks create belong to it too."""

    def __init__(self, random: Random) -> None:
        self._random = random.random
        self._tasks: list[asyncio.Task[Any]] = []
        self._families: dict[Any, list[asyncio.Task[Any]]] = {}
        self._now = 0.0
        self._ready: list[Call] = []
        self._timers: list[tuple[float, int, Call]] = []
        self._order = itertools.count()

    def run(self, main: Coroutine[Any, Any, None]) -> None:
        """Raises what `main` raises, RuntimeError when nothing can happen any more before it ends, and Restless."""
        asyncio._set_running_loop(self)
        try:
            task = self.create_task(main)
            self._play(task.done, MAX_STEPS)
            if task.done():
                return task.result()
            raise Restless(f"{MAX_STEPS} steps, and time is at {self._now:.3f} s")
        finally:
            self._end()
            asyncio._set_running_loop(None)

    def _end(self) -> None:
        """Cancel what still runs, until nothing does."""
        while unfinished := [task for task in self._tasks if not task.done()]:
            for task in unfinished:
                task.cancel()
            self._play(lambda: not self._ready, MAX_STEPS)

    def _play(self, is_over: Callable[[], bool], max_steps: int) -> None:
        """Run a random one of what is ready, and again."""
        ready, random = self._ready, self._random
        for _ in range(max_steps):
            if is_over():
                return
            if not ready:
                self._wait()
            at = int(random() * len(ready))
            call, ready[at] = ready[at], ready[-1]
            ready.pop()
            if not call.is_cancelled:
                call.context.run(call.callback, *call.args)

    def _wait(self) -> None:
        """Let time pass until the next timer."""
        while self._timers and not self._ready:
            moment, _, call = heapq.heappop(self._timers)
            if not call.is_cancelled:
                self._now = moment
                self._ready.append(call)
        if not self._ready:
            raise RuntimeError("everything waits, and nothing is to come")

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> Any:
        call = Call(callback, args, context, self._now)
        self._ready.append(call)
        return call

    def call_at(
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Any:
        call = Call(callback, args, context, when)
        heapq.heappush(self._timers, (max(when, self._now), next(self._order), call))
        return call

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Any, *, name: str | None = None, context: contextvars.Context | None = None
    ) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self, name=name, context=context)
        self._tasks.append(task)
        family = self._families.get(asyncio.current_task(self))
        if family is not None:
            family.append(task)
            self._families[task] = family
        return task

    def start(self, coro: Coroutine[Any, Any, Any], family: list[asyncio.Task[Any]]) -> asyncio.Task[Any]:
        """Run `coro`, and keep its task and all that come from it in `family`."""
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=self)
        family.append(task)
        self._tasks.append(task)
        self._families[task] = family
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tasks of dead processes end with errors that nobody takes."""

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False
