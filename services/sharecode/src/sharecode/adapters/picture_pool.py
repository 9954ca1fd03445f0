"""A bounded pool of processes for drawing and reading, so that neither slows an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

import cv2

from roundcode.warming import warm_up

P = ParamSpec("P")
T = TypeVar("T")


class PoolIsFull(Exception):
    """As many calls wait as the pool takes; try again later."""


class PicturePool:
    """Runs picture work in `workers` processes, at most `waiting` calls at a time.

    Processes, because a reading holds Python's lock for about a third of its time: with threads, an event loop next to
    them answers late. They are spawned, warmed up, and replaced after `calls_each` calls.
    """

    def __init__(self, workers: int = 1, waiting: int = 32, calls_each: int = 5000) -> None:
        self._room = waiting
        self._executor = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_prepare, max_tasks_per_child=calls_each
        )

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(*args, **kwargs)`, a function of a module, in one of the processes. Raises PoolIsFull, or what `work`
        raises."""
        if self._room <= 0:
            raise PoolIsFull
        self._room -= 1
        try:
            call = partial(work, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        finally:
            self._room += 1

    def close(self) -> None:
        """Let running work end, and drop waiting calls."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _prepare() -> None:
    cv2.setNumThreads(1)
    warm_up()
