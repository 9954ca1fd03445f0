"""One lane: the unfinished records of one key."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Hashable, Sequence

from runtime.consuming.subscription import Delivery


class HandlerHangs(Exception):
    """The handler did not return within CALL_SECONDS."""


class Lane:
    """The unfinished records of one key, in order."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self.records = deque(deliveries)
        self.since = time.monotonic()
        self.called_at: float | None = None
        self.tried = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


def key_of(delivery: Delivery) -> Hashable:
    """Whose order is kept; a record without a key shares its partition's."""
    raw = delivery.raw
    return raw.key if raw.key is not None else (raw.topic, raw.partition)


def size_of(delivery: Delivery) -> int:
    """In bytes."""
    return len(delivery.raw.value or b"")
