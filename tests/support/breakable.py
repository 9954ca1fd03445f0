"""A Kafka and a MongoDB of a test's own, to be killed and started again at will."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from anchorage_local.infra import Infrastructure
from anchorage_local.ports import free_port
from anchorage_local.process import ManagedProcess
from support.eventually import eventually

PartName = Literal["kafka", "mongodb"]
UP_WITHIN = 60


class BreakableParts:
    """Both parts, with their addresses; data and ports survive a kill."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._pair = Infrastructure(
            folder, programs, kafka_port=free_port(), mongodb_port=free_port(), say=lambda _: None
        )
        self._make = {part.name: part.make for part in self._pair.parts}
        self._processes: dict[str, ManagedProcess] = {}
        self.kafka = self._pair.kafka.bootstrap
        self.mongodb = self._pair.mongodb.uri

    async def start(self, name: PartName) -> None:
        """Start the part and wait until it serves; the event loop goes on in the meantime."""
        process = await asyncio.to_thread(self._make[name])
        self._processes[name] = process
        process.launch()  # from this thread, which lives as long as the test run
        await eventually(
            lambda: asyncio.to_thread(process.is_ready), within=UP_WITHIN, what=f"{name} to serve"
        )

    async def kill(self, name: PartName) -> None:
        """kill -9."""
        process = self._processes.pop(name)
        process.kill_now()
        process.forget()

    @asynccontextmanager
    async def away(self, name: PartName) -> AsyncIterator[None]:
        """The part is killed, and away inside; it serves again after it."""
        await self.kill(name)
        yield
        await self.start(name)

    @asynccontextmanager
    async def frozen(self, name: PartName) -> AsyncIterator[None]:
        """The part neither answers nor ends inside: connections to it hang."""
        process = self._processes[name]
        process.send(signal.SIGSTOP)
        try:
            await eventually(lambda: _stands_still(process), what=f"all threads of {name} to stop")
            yield
        finally:
            process.send(signal.SIGCONT)

    async def end(self) -> None:
        """Stop what still runs, without ceremony: nobody needs the data any more."""
        for process in self._processes.values():
            process.kill_now()
            process.forget()


def _stands_still(process: ManagedProcess) -> bool:
    """Whether each thread has stopped: on a busy machine some go on for a moment after the signal."""
    states = [stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] for stat in _threads(process)]
    return set(states) == {"T"}


def _threads(process: ManagedProcess) -> list[Path]:
    return list(Path(f"/proc/{process.pid}/task").glob("*/stat"))
