"""A bounded pool of processes for drawing and reading, so that neither slows an event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

import cv2

from roundcode.warming import warm_up

P = ParamSpec("P")
T = TypeVar("T")


class TooBusy(RuntimeError):
    """As many calls wait as the pool takes; try again later."""


class PicturePool:
    """Runs picture work in `workers` processes, at most `waiting` calls at a time.

    Processes, since a reading holds Python's lock for about a third of its time: with threads, an event loop beside
    them answers late. They are started afresh (spawn), warmed up, and replaced after `calls_each` calls.
    """

    def __init__(self, workers: int = 1, waiting: int = 32, calls_each: int = 5000) -> None:
        self._room = waiting
        self._executor = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_prepare, max_tasks_per_child=calls_each
        )

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`work(*args, **kwargs)`, a function of a module, in one of the processes. Raises `TooBusy`, or what
        `work` raises."""
        if self._room <= 0:
            raise TooBusy("too many pictures at once")
        self._room -= 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, _Call(work, args, kwargs))
        finally:
            self._room += 1

    def close(self) -> None:
        """Let running work end, and drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)


class _Call:
    """A call that travels to another process."""

    def __init__(self, work: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        self._work, self._args, self._kwargs = work, args, kwargs

    def __call__(self) -> object:
        return self._work(*self._args, **self._kwargs)


def _prepare() -> None:
    cv2.setNumThreads(1)
    warm_up()
