"""Kafka and MongoDB as a pair: what every other part needs first and loses last."""

from __future__ import annotations

import resource
from pathlib import Path
from types import TracebackType

from anchorage_local.fetch import Say
from anchorage_local.kafka import Kafka
from anchorage_local.mongodb import MongoDB
from anchorage_local.process import ManagedProcess


class Infrastructure:
    """A Kafka and a MongoDB with their data under `folder` and their programs in `cache`.

    A context manager: both serve inside, both are stopped after it, MongoDB last.
    """

    def __init__(self, folder: Path, cache: Path, *, kafka_port: int, mongo_port: int, say: Say) -> None:
        logs = folder / "logs"
        self.kafka = Kafka(folder / "kafka", kafka_port, cache=cache, log=logs / "kafka.log", say=say)
        self.mongodb = MongoDB(folder / "mongodb", mongo_port, cache=cache, log=logs / "mongodb.log", say=say)
        self._processes: list[ManagedProcess] = []

    def __enter__(self) -> Infrastructure:
        allow_many_files()
        try:
            for part in (self.mongodb, self.kafka):
                process = part.process()
                self._processes.append(process)
                process.launch()
            for process in self._processes:
                process.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def ended(self) -> ManagedProcess | None:
        """The first of the two found no longer running, if one is."""
        return next((process for process in self._processes if not process.running()), None)

    def stop(self) -> None:
        """Stop both, Kafka before MongoDB."""
        while self._processes:
            self._processes.pop().end()


def allow_many_files() -> None:
    """Raise this process's, and so its children's, limit of open files to what the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
