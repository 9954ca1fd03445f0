"""Fair admission: a bounded number of calls at once, and turns for those that wait.

Turns go round the hosts and, within a host, round its viewers. A caller who sends too much waits and is refused alone; for
everybody else the queue stays as short as it is.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from gateway.callers import Caller
from runtime import metrics
from runtime.web.problems import Problem, unavailable

Key = TypeVar("Key")
Turn = asyncio.Future[None]


def busy(detail: str) -> Problem:
    """429: the caller has too much in progress."""
    return Problem(429, "busy", f"{detail} Try again after Retry-After.", retry_after=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """At most `at_once` calls run, `each_group` of them for one host. One viewer has `each_caller` running or waiting.

    Up to `waiting` more calls wait, each for at most `seconds`.
    """

    at_once: int
    each_group: int
    each_caller: int
    waiting: int
    seconds: float


class Gate:
    """Admits calls within its limits. No place stays free while a call that may have it waits."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._name = name
        self._limits = limits
        self._running: Counter[str] = Counter()
        self._calls: Counter[Caller] = Counter()
        self._waiting: dict[str, dict[Caller, deque[Turn]]] = {}
        """In the order of turns: the first caller of the first group that may run is next."""

    @property
    def running(self) -> int:
        """How many calls hold a place."""
        return self._running.total()

    @asynccontextmanager
    async def turn(self, caller: Caller) -> AsyncIterator[None]:
        """Hold a place inside, after waiting for it. Raises Problem: 429 if the caller or its host has too much in
        progress, otherwise 503."""
        if caller.name and self._calls[caller] >= self._limits.each_caller:
            raise self._refused(at_fault=True)
        self._calls[caller] += 1
        try:
            if self._may_run(caller.group):
                self._running[caller.group] += 1
            else:
                await self._wait(caller)
            try:
                yield
            finally:
                self._leave(caller.group)
        finally:
            _decrease(self._calls, caller)

    def _may_run(self, group: str) -> bool:
        return self.running < self._limits.at_once and not self._has_its_share(group)

    def _has_its_share(self, group: str) -> bool:
        return self._running[group] >= self._limits.each_group

    async def _wait(self, caller: Caller) -> None:
        self._make_room(caller)
        turn: Turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(caller.group, {}).setdefault(caller, deque()).append(turn)
        try:
            async with asyncio.timeout(self._limits.seconds):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave(caller.group)  # the place came at the same moment
            else:
                self._forget(caller, turn)
            if isinstance(error, TimeoutError):
                raise self._refused(at_fault=self._has_its_share(caller.group)) from None
            raise

    def _leave(self, group: str) -> None:
        """Free a place, and give free places to those whose turn it is."""
        _decrease(self._running, group)
        while following := next((g for g in self._waiting if self._may_run(g)), None):
            callers = self._waiting.pop(following)
            caller = next(iter(callers))
            turns = callers.pop(caller)
            turn = turns.popleft()
            if turns:
                callers[caller] = turns  # at the end: all other callers come first
            if callers:
                self._waiting[following] = callers
            if not turn.done():
                self._running[following] += 1
                turn.set_result(None)

    def _make_room(self, caller: Caller) -> None:
        """If too many wait, refuse the newest call of whoever has most waiting, which may be this one."""
        waiting = {group: sum(map(len, callers.values())) for group, callers in self._waiting.items()}
        if sum(waiting.values()) < self._limits.waiting:
            return
        group = max(waiting, key=waiting.__getitem__, default=caller.group)
        if waiting.get(group, 0) <= waiting.get(caller.group, 0) + 1:
            group = caller.group
        callers = self._waiting.get(group, {})
        other = max(callers, key=lambda one: len(callers[one]), default=caller)
        mine = len(callers.get(caller, ()))
        if group == caller.group and len(callers.get(other, ())) <= mine + 1:
            raise self._refused(at_fault=mine > 0 or self._has_its_share(group))
        turn = callers[other][-1]
        self._forget(other, turn)
        if not turn.done():
            turn.set_exception(self._refused(at_fault=True))

    def _forget(self, caller: Caller, turn: Turn) -> None:
        callers = self._waiting.get(caller.group, {})
        turns = callers.get(caller, deque())
        if turn in turns:
            turns.remove(turn)
            if not turns:
                del callers[caller]
            if not callers:
                del self._waiting[caller.group]

    def _refused(self, *, at_fault: bool) -> Problem:
        metrics.calls_refused.add(1, self._name)
        if at_fault:
            return busy("You have too many calls of this kind in progress.")
        return unavailable("The platform has too many calls in progress. Try again after Retry-After.")


def _decrease(counts: Counter[Key], key: Key) -> None:
    """One less; a key without a count goes, so that the counts stay as few as the callers."""
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
