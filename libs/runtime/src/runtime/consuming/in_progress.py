"""The batch that a consumer is handling, and the partitions whose batches fail."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aiokafka import ConsumerRecord, TopicPartition


class InProgress:
    """A failed batch is delivered again, perhaps after other partitions' batches; their success does not hide its failure."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._failing: dict[TopicPartition, float] = {}

    def __bool__(self) -> bool:
        """Whether a batch is in progress, or one that failed will be delivered again."""
        return self._since is not None or bool(self._failing)

    @property
    def since(self) -> list[float]:
        """When (time.monotonic) each of them began."""
        return [*self._failing.values(), *([self._since] if self._since is not None else [])]

    @property
    def failing_seconds(self) -> float:
        """For how long the batches of some partition have failed again and again; 0 without any."""
        return max((time.monotonic() - at for at in self._failing.values()), default=0.0)

    @contextmanager
    def handling(self, batch: Sequence[ConsumerRecord]) -> Iterator[None]:
        """The batch is in progress inside the block; it has failed if the block raises an Exception."""
        began = self._since = time.monotonic()
        partitions = {TopicPartition(raw.topic, raw.partition) for raw in batch}
        try:
            yield
        except Exception:
            self._failing = dict.fromkeys(partitions, began) | self._failing
            raise
        finally:
            self._since = None
        for partition in partitions:
            self._failing.pop(partition, None)

    def forget(self) -> None:
        """The partitions belong to another replica."""
        self._failing.clear()
