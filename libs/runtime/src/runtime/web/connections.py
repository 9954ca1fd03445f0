"""How many connections a server keeps, for how long it waits on them, and which it closes when there are too many."""

from __future__ import annotations

import logging
import resource
import time
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

HEAD_SECONDS = 10.0
"""A client has so long to send the request line and the headers: the limit of a whole call."""
IDLE_SECONDS = 75.0
"""Between two requests. Longer than the 30 s of our own clients, so that they never write to a connection that closes."""
MAX_CONNECTIONS = 8_000
"""Of one process. Bounds the memory that silent connections take: docs/measurements/hostile.md."""
WARN_EVERY_SECONDS = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one server: seconds for the head of a request, seconds between two requests, connections."""

    head_seconds: float = HEAD_SECONDS
    idle_seconds: float = IDLE_SECONDS
    connections: int = MAX_CONNECTIONS


FEW_CALLERS = Limits(connections=64)
"""Of a port that a few scrapers use."""


class Connection(Protocol):
    """A connection that can be closed because others need its place."""

    def shed(self) -> None:
        """Close it; it has no request under way."""


class Connections:
    """The open connections: silent ones have sent no whole request yet, idle ones have had their answer."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._silent: dict[Connection, None] = {}  # oldest first, as are the idle ones
        self._idle: dict[Connection, None] = {}
        self._busy: set[Connection] = set()
        self._warned_at = float("-inf")

    def __len__(self) -> int:
        return len(self._silent) + len(self._idle) + len(self._busy)

    def opened(self, connection: Connection) -> None:
        """A new connection. If there are too many, the oldest silent one goes, else the oldest idle one, else this one."""
        full = len(self) >= self._limit
        oldest = next(chain(self._silent, self._idle), connection) if full else None
        self._silent[connection] = None
        if oldest is not None:
            self._warn()
            self.closed(oldest)
            oldest.shed()

    def answering(self, connection: Connection) -> None:
        """A request of this connection is under way."""
        self.closed(connection)
        self._busy.add(connection)

    def answered(self, connection: Connection) -> None:
        """The request is answered; no effect if the connection has been closed."""
        if connection in self._busy:
            self._busy.remove(connection)
            self._idle[connection] = None

    def closed(self, connection: Connection) -> None:
        """Forget a connection. Idempotent."""
        self._silent.pop(connection, None)
        self._idle.pop(connection, None)
        self._busy.discard(connection)

    def _warn(self) -> None:
        if time.monotonic() - self._warned_at > WARN_EVERY_SECONDS:
            self._warned_at = time.monotonic()
            log.warning("too many connections: closing those without a request", extra={"limit": self._limit})


def raise_descriptor_limit() -> None:
    """Let this process open as many files and connections as the system allows it to ask for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def affordable(connections: int) -> int:
    """`connections`, but at most half of this process's descriptors; the others are for files and its own calls."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft // 2)
