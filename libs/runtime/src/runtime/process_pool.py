"""A bounded pool of processes for work that would slow an event loop, such as decoding pictures."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from signal import ITIMER_PROF, setitimer
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


class PoolIsFull(Exception):
    """As many calls wait as the pool takes; try again later."""


class WorkerDied(Exception):
    """The process that did the work ended (out of memory, out of CPU time, killed); a repeat may succeed."""


CPU_SECONDS = 15.0
"""Of one call, several times what the largest picture takes. Hostile files can ask for hours."""


def _nothing() -> None:
    """The preparation of a process that needs none."""


def _get_ready(prepare: Callable[[], None]) -> None:
    """In a new process: end with the parent, also when that is killed; else it would wait for work forever."""
    Thread(target=_end_with_parent, daemon=True).start()
    prepare()


def _end_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _within(seconds: float, call: Callable[[], T]) -> T:
    """In the process: do the work, and end by SIGPROF if it takes too much CPU time."""
    setitimer(ITIMER_PROF, seconds)
    try:
        return call()
    finally:
        setitimer(ITIMER_PROF, 0)


class ProcessPool:
    """Runs work in `workers` processes, at most `waiting` calls at a time.

    Each call has a process to itself, which ends if the call takes more than `cpu_seconds` of CPU time, whatever else the machine
    does: only this call fails. A caller who goes away leaves its work to end by itself.

    Processes, because work on pictures holds Python's lock for a part of its time: with threads, an event loop next to them
    answers late. They are spawned at the first call, get ready with `prepare`, and are replaced after `calls_each` calls, or
    when they die.
    """

    def __init__(
        self,
        prepare: Callable[[], None] = _nothing,
        *,
        workers: int = 1,
        waiting: int = 32,
        calls_each: int = 5000,
        cpu_seconds: float = CPU_SECONDS,
    ) -> None:
        self._new_executor = partial(
            ProcessPoolExecutor,
            workers,
            mp_context=get_context("spawn"),
            initializer=_get_ready,
            initargs=(prepare,),
            max_tasks_per_child=calls_each,
        )
        self._room = waiting
        self._free = asyncio.Semaphore(workers)
        self._cpu_seconds = cpu_seconds
        self._executor = self._new_executor()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(*args, **kwargs)`, a function of a module, in one of the processes.

        Raises PoolIsFull, WorkerDied, or what `work` raises.
        """
        if self._room <= 0:
            raise PoolIsFull
        self._room -= 1
        try:
            await self._free.acquire()
            return await asyncio.shield(self._start(partial(work, *args, **kwargs)))
        except BrokenProcessPool:
            raise WorkerDied from None
        finally:
            self._room += 1

    def _start(self, call: Callable[[], T]) -> asyncio.Future[T]:
        """Give the call to a process that is free. The process is free again when the work has ended, not when the caller goes."""
        executor = self._executor
        try:
            work = asyncio.get_running_loop().run_in_executor(executor, _within, self._cpu_seconds, call)
        except BaseException as error:
            self._free.release()
            self._replace_broken(executor, error)
            raise

        def ended(work: asyncio.Future[T]) -> None:
            self._free.release()
            self._replace_broken(executor, None if work.cancelled() else work.exception())

        work.add_done_callback(ended)
        return work

    def _replace_broken(self, executor: ProcessPoolExecutor, error: BaseException | None) -> None:
        if isinstance(error, BrokenProcessPool):
            log.warning("a worker process died and is replaced")
            if self._executor is executor:
                self._executor = self._new_executor()

    async def keep(self) -> None:
        """Keep the processes until this is cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            self.close()

    def close(self) -> None:
        """Let running work end, and drop waiting calls."""
        self._executor.shutdown(wait=True, cancel_futures=True)
