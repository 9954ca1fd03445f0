"""Starts processes, keeps them running, and stops them in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby

from anchorage_local.console import Say
from anchorage_local.ports import is_free
from anchorage_local.process import ManagedProcess

LOOK_EVERY = 0.25
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds before a process that ended is started again: doubled each time it ends soon after."""
STEADY_AFTER = 60.0
"""Seconds of running after which earlier ends are forgotten."""
LIVE_EVERY = 10.0
"""Seconds between two questions for a process's liveness."""
RED_AT_MOST = 3
"""Answers in a row that it is not live, after which a process is killed, to be started again."""


@dataclass(frozen=True)
class Part:
    """One process of the system.

    `make` gives a process ready to be launched, anew for each start. Parts of a higher `stage` are stopped earlier.
    `live`, where given, says whether the running process still makes progress.
    """

    name: str
    stage: int
    port: int
    make: Callable[[], ManagedProcess]
    live: Callable[[], bool] | None = None


@dataclass
class _Kept:
    """A part with its present process, and how it has fared."""

    part: Part
    process: ManagedProcess
    launched: float
    ends: int = 0
    again_at: float | None = None
    told: bool = False
    live_at: float = field(default=0.0)
    red: int = 0


class Supervisor:
    """Keeps parts running from `start` to `stop`. Tells `changed` the ids of its processes after each change.

    `clock` gives seconds that never go back.
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
        self._kept: list[_Kept] = []

    def start(self, parts: Sequence[Part]) -> None:
        """Launch all, then wait until each is ready. Raises StartFailed for the first that is not."""
        began = self._clock()
        launched = [self._launch(part) for part in parts]
        for kept in launched:
            kept.process.wait_ready()
            kept.told = True
            self._say(
                f"  {kept.part.name:<16} ready on port {kept.part.port:<6} {self._clock() - began:4.1f} s"
            )

    def _launch(self, part: Part) -> _Kept:
        kept = _Kept(part, part.make(), self._clock())
        self._kept.append(kept)
        kept.process.launch()
        self._tell()
        return kept

    def watch(self) -> None:
        """Look after all parts, until a signal's handler raises."""
        while True:
            self.look()
            time.sleep(LOOK_EVERY)

    def look(self) -> None:
        """One look at each part: what has ended is started again, with growing pauses; what hangs is killed."""
        for kept in self._kept:
            if kept.process.running():
                self._look_at_running(kept)
            elif kept.again_at is None:
                self._plan_restart(kept)
            elif self._clock() >= kept.again_at and is_free(kept.part.port):
                self._restart(kept)

    def _look_at_running(self, kept: _Kept) -> None:
        now = self._clock()
        if not kept.told and kept.process.is_ready():
            kept.told = True
            self._say(f"{kept.part.name} is back")
        if kept.ends and now - kept.launched > STEADY_AFTER:
            kept.ends = 0
        if kept.part.live and kept.told and now >= kept.live_at:
            kept.live_at = now + LIVE_EVERY
            kept.red = 0 if kept.part.live() else kept.red + 1
            if kept.red >= RED_AT_MOST:
                self._say(f"{kept.part.name} is running but makes no progress; killing it")
                kept.process.kill_now()

    def _plan_restart(self, kept: _Kept) -> None:
        pause = min(FIRST_PAUSE * 2**kept.ends, LONGEST_PAUSE)
        kept.again_at = self._clock() + pause
        kept.ends += 1
        self._say(
            f"{kept.part.name} has ended ({kept.process.how_it_ended()}); "
            f"starting it again in {pause:.1f} s. Its log: {kept.process.log}"
        )
        self._tell()

    def _restart(self, kept: _Kept) -> None:
        kept.process.forget()
        kept.process = kept.part.make()
        kept.launched, kept.again_at, kept.told, kept.red = self._clock(), None, False, 0
        kept.process.launch()
        self._tell()

    def stop(self) -> None:
        """Stop all parts: stage by stage from the highest, those of one stage at once."""
        for group in self._from_the_top():
            self._say(f"  stopping {', '.join(kept.part.name for kept in group)}")
            with ThreadPoolExecutor(len(group)) as pool:
                list(pool.map(lambda kept: kept.process.end(), group))
            self._kept = [kept for kept in self._kept if kept not in group]
            self._tell()

    def _from_the_top(self) -> Iterator[list[_Kept]]:
        ordered = sorted(self._kept, key=lambda kept: -kept.part.stage)
        for _, group in groupby(ordered, key=lambda kept: kept.part.stage):
            yield list(group)

    def _tell(self) -> None:
        self._changed({kept.part.name: kept.process.pid for kept in self._kept if kept.process.pid})
