"""Health of a process: `/livez` (restart me when red), `/readyz` (send me no traffic when red), and `/metrics` on a port of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from runtime import metrics
from runtime.consuming.consumer import Consumers
from runtime.consuming.watchdog import Watchdog
from runtime.mongo.client import Database
from runtime.outbox.relay import Relay
from runtime.web.bodies import json_response
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC


@dataclass(slots=True)
class Health:
    """What the health routes report on; a service fills it in while it starts."""

    ready: bool = False
    db: Database | None = None
    consumers: Consumers | None = None
    watchdog: Watchdog | None = None
    relay: Relay | None = None
    notes: dict[str, Callable[[], str | None]] = field(default_factory=dict)
    """What `/readyz` says besides, by name, while there is something to say. It turns nothing red."""

    def routes(self) -> list[Route]:
        """`/livez` and `/readyz`, for everybody."""
        return [
            Route("GET", "/livez", self._livez, PUBLIC),
            Route("GET", "/readyz", self._readyz, PUBLIC),
        ]

    def metrics_routes(self) -> list[Route]:
        """`/metrics`: all metrics of the process in Prometheus' text format. Not for the public, so it asks for no token."""
        return [Route("GET", "/metrics", self._metrics, PUBLIC)]

    async def _livez(self, _: web.Request) -> web.Response:
        stuck = [*self.watchdog.stuck] if self.watchdog is not None else []
        if self.relay is not None and await self.relay.stuck():
            stuck.append("relay")
        waiting = self.watchdog.waiting if self.watchdog is not None else {}
        body = {"status": "stuck" if stuck else "alive", "stuck": stuck, "waiting": waiting}
        return json_response(body, 503 if stuck else 200)

    async def _readyz(self, _: web.Request) -> web.Response:
        checks: dict[str, Any] = {"started": self.ready}
        if self.db is not None:
            checks["mongodb"] = await _responds(self.db)
        if self.consumers is not None:
            checks["consumers"] = not any(
                consumer.processor.waiting_for_dependency for consumer in self.consumers.consumers
            )
        if self.relay is not None:
            checks["relay"] = self.relay.working
        good = all(checks.values())
        said = {name: text for name, note in self.notes.items() if (text := note()) is not None}
        body = {"status": "ready" if good else "not ready", **checks} | ({"notes": said} if said else {})
        return json_response(body, 200 if good else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        if self.relay is not None:
            metrics.relay_idle.set(self.relay.idle_seconds)
            metrics.relay_oldest_unpublished.set(self.relay.oldest_unpublished_seconds)
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _responds(db: Database) -> bool:
    try:
        async with asyncio.timeout(1):
            await db.command("ping")
    except Exception:
        return False
    return True
