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
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)


class PoolIsFull(Exception):
    """As many calls wait as the pool takes; try again later."""


class WorkerDied(Exception):
    """The process that did the work ended (out of memory, killed); a repeat may succeed."""


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


class ProcessPool:
    """Runs work in `workers` processes, at most `waiting` calls at a time.

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
        self._executor = self._new_executor()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(*args, **kwargs)`, a function of a module, in one of the processes.

        Raises PoolIsFull, WorkerDied, or what `work` raises.
        """
        if self._room <= 0:
            raise PoolIsFull
        self._room -= 1
        executor = self._executor
        try:
            call = partial(work, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(executor, call)
        except BrokenProcessPool:
            log.warning("a worker process died and is replaced")
            if self._executor is executor:
                self._executor = self._new_executor()
            raise WorkerDied from None
        finally:
            self._room += 1

    async def keep(self) -> None:
        """Keep the processes until this is cancelled."""
        try:
            await asyncio.Event().wait()
        finally:
            self.close()

    def close(self) -> None:
        """Let running work end, and drop waiting calls."""
        self._executor.shutdown(wait=True, cancel_futures=True)
