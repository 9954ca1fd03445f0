"""Kafka and MongoDB as parts, which start first and stop last."""

from __future__ import annotations

import resource
from collections.abc import Collection
from pathlib import Path

from anchorage_local.console import Say
from anchorage_local.kafka import Kafka
from anchorage_local.mongodb import MongoDB
from anchorage_local.supervisor import Part

MONGODB_STAGE, KAFKA_STAGE = 0, 1


class Infrastructure:
    """A Kafka and a MongoDB with their data under `folder` and their programs in `programs`."""

    def __init__(self, folder: Path, programs: Path, *, kafka_port: int, mongodb_port: int, say: Say) -> None:
        logs = folder / "logs"
        self.kafka = Kafka(folder / "kafka", kafka_port, cache=programs, log=logs / "kafka.log", say=say)
        self.mongodb = MongoDB(
            folder / "mongodb", mongodb_port, cache=programs, log=logs / "mongodb.log", say=say
        )
        self._kafka_port = kafka_port
        self._mongodb_port = mongodb_port

    def fetch(self, names: Collection[str] = ("kafka", "mongodb")) -> None:
        """Download the programs of these parts unless they are there."""
        for program in (self.mongodb, self.kafka):
            if program.name in names:
                program.fetch()

    @property
    def parts(self) -> list[Part]:
        """In the order of their start: the one that fails faster comes first."""
        return [
            Part("mongodb", MONGODB_STAGE, self._mongodb_port, self.mongodb.process),
            Part("kafka", KAFKA_STAGE, self._kafka_port, self.kafka.process),
        ]


def allow_many_files() -> None:
    """Raise the limit of open files, for this process and its children, to what the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
