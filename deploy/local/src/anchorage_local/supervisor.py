"""Starts processes, keeps them running, and stops them in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from anchorage_local.console import Say
from anchorage_local.ports import is_free
from anchorage_local.process import ManagedProcess, StartFailed

CHECK_INTERVAL = 0.25
FIRST_BACKOFF, MAX_BACKOFF = 0.5, 15.0
"""Seconds before a process that ended is restarted; doubled each time it ends again."""
STABLE_AFTER = 60.0
"""Seconds of running after which the backoff starts from the beginning."""
LIVENESS_INTERVAL = 10.0
"""Seconds between two liveness checks of a process."""
MAX_LIVENESS_FAILURES = 3
"""Failed liveness checks in a row after which a process is killed and restarted."""


@dataclass(frozen=True)
class Part:
    """One process of the system.

    `make` creates the process for each start. Parts of a higher `stage` are stopped earlier. `live`, if given, tells
    whether the running process still makes progress.
    """

    name: str
    stage: int
    port: int
    make: Callable[[], ManagedProcess]
    live: Callable[[], bool] | None = None


@dataclass
class _Supervised:
    """A part with its current process and its history."""

    part: Part
    process: ManagedProcess
    launched: float
    ends: int = 0
    restart_at: float | None = None
    announced: bool = False
    next_liveness_check: float = 0.0
    liveness_failures: int = 0


class Supervisor:
    """Keeps parts running from `start` to `stop`. Calls `changed` with the process ids after each change.

    `clock` returns monotonic seconds.
    """

    def __init__(
        self,
        say: Say,
        changed: Callable[[dict[str, int]], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._say = say
        self._changed = changed
        self._clock = clock
        self._parts: list[_Supervised] = []
        self._reported: dict[str, int] = {}
        self._cannot_report = False

    def start(self, parts: Sequence[Part]) -> None:
        """Launch all parts, then wait until each is ready. Raises StartFailed for the first that fails."""
        began = self._clock()
        launched = [self._launch(part) for part in parts]
        for each in launched:
            each.process.wait_ready()
            each.announced = True
            self._say(
                f"  {each.part.name:<16} ready on port {each.part.port:<6} {self._clock() - began:4.1f} s"
            )

    def _launch(self, part: Part) -> _Supervised:
        each = _Supervised(part, part.make(), self._clock())
        self._parts.append(each)
        each.process.launch()
        self._report()
        return each

    def watch(self) -> None:
        """Supervise all parts until a signal handler raises."""
        while True:
            self.check()
            time.sleep(CHECK_INTERVAL)

    def check(self) -> None:
        """Check each part once: restart what has ended, after a growing backoff, and kill what hangs.

        A full disk ends nothing here: a restart or a report that fails is repeated at a later check.
        """
        self._report()
        for each in self._parts:
            if each.process.running():
                self._check_running(each)
            elif each.restart_at is None:
                self._schedule_restart(each)
            elif self._clock() >= each.restart_at and is_free(each.part.port):
                self._restart(each)

    def _check_running(self, each: _Supervised) -> None:
        now = self._clock()
        if not each.announced and each.process.is_ready():
            each.announced = True
            self._say(f"{each.part.name} is back")
        if each.ends and now - each.launched > STABLE_AFTER:
            each.ends = 0
        if each.part.live and each.announced and now >= each.next_liveness_check:
            each.next_liveness_check = now + LIVENESS_INTERVAL
            each.liveness_failures = 0 if each.part.live() else each.liveness_failures + 1
            if each.liveness_failures >= MAX_LIVENESS_FAILURES:
                self._say(f"{each.part.name} is running but makes no progress; killing it")
                each.process.kill_now()

    def _schedule_restart(self, each: _Supervised) -> None:
        self._restart_later(each, f"{each.part.name} has ended ({each.process.how_it_ended()})")

    def _restart_later(self, each: _Supervised, why: str) -> None:
        backoff = min(FIRST_BACKOFF * 2**each.ends, MAX_BACKOFF)
        each.restart_at = self._clock() + backoff
        each.ends += 1
        self._say(f"{why}; restarting it in {backoff:.1f} s. Its log: {each.process.log}")
        self._report()

    def _restart(self, each: _Supervised) -> None:
        each.process.forget()
        try:
            process = each.part.make()
            process.launch()
        except (OSError, StartFailed) as error:
            self._restart_later(each, f"{each.part.name} cannot be started ({error})")
            return
        each.process = process
        each.launched, each.restart_at, each.announced, each.liveness_failures = self._clock(), None, False, 0
        self._report()

    def stop(self) -> None:
        """Stop all parts, the highest stage first, those of one stage together."""
        for group in self._by_stage_descending():
            self._say(f"  stopping {', '.join(each.part.name for each in group)}")
            with ThreadPoolExecutor(len(group)) as pool:
                list(pool.map(lambda each: each.process.end(), group))
            self._parts = [each for each in self._parts if each not in group]
            self._report()

    def _by_stage_descending(self) -> Iterator[list[_Supervised]]:
        ordered = sorted(self._parts, key=lambda each: -each.part.stage)
        for _, group in groupby(ordered, key=lambda each: each.part.stage):
            yield list(group)

    def _report(self) -> None:
        """Tell `changed` the process ids, if they are not those that it got last."""
        running = {each.part.name: each.process.pid for each in self._parts if each.process.pid}
        if running == self._reported:
            return
        try:
            self._changed(running)
        except OSError as error:
            if not self._cannot_report:
                self._say(f"warning: the list of processes cannot be written ({error}); trying again")
            self._cannot_report = True
        else:
            self._reported, self._cannot_report = running, False
