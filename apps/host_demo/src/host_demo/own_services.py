"""The host's own "Services and orders": what the host itself sells. No mini program's order appears here.

Nothing here calls the platform: it has no call that would list a viewer's orders for a host.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from host_demo.proxy import Caller
from host_demo.settings import Host
from runtime.clock import Clock
from runtime.ids import NewId
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC

ServiceName = Literal["coins", "membership", "data_pack"]
PRICES: Mapping[ServiceName, int] = {"coins": 600, "membership": 1500, "data_pack": 900}
"""What the host itself sells, in fen. Free in the demo: no money moves here."""
MAX_VIEWERS, MAX_ENTRIES = 5_000, 50


class OwnOrderBody(BaseModel):
    """Which of the host's own services."""

    model_config = ConfigDict(extra="forbid")

    service: ServiceName


@dataclass
class OwnServiceRoutes:
    """Each viewer's own orders from the host, newest first, in memory."""

    clock: Clock
    new_id: NewId
    caller: Caller
    _entries: OrderedDict[tuple[str, str], deque[dict[str, Any]]] = field(default_factory=OrderedDict)

    def routes(self) -> list[Route]:
        return [
            Route("GET", "/api/{host}/services-and-orders", self._list, PUBLIC),
            Route("POST", "/api/{host}/services-and-orders", self._take, PUBLIC),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        host, viewer = self.caller(request)
        return json_response(self._page(host, viewer))

    async def _take(self, request: web.Request) -> web.Response:
        host, viewer = self.caller(request)
        service = (await read_json(request, OwnOrderBody)).service
        entry = {
            "entry_id": self.new_id(), "service": service, "taken_at": self.clock(),
            "price": {"amount": PRICES[service], "currency": "CNY"},
        }  # fmt: skip
        entries = self._entries.setdefault((host.slug, viewer), deque(maxlen=MAX_ENTRIES))
        entries.appendleft(entry)
        self._entries.move_to_end((host.slug, viewer))
        if len(self._entries) > MAX_VIEWERS:
            self._entries.popitem(last=False)
        return json_response(self._page(host, viewer), 201)

    def _page(self, host: Host, viewer: str) -> dict[str, Any]:
        services = [
            {"service": name, "price": {"amount": price, "currency": "CNY"}} for name, price in PRICES.items()
        ]
        return {"services": services, "items": list(self._entries.get((host.slug, viewer), ()))}
