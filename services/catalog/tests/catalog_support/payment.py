"""What the catalog asks of payment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from contracts.payment import DEFAULT_MERCHANT, MERCHANTS_PATH


@dataclass
class Payment:
    """A payment service that knows `merchants`: the owner of each, None for the platform's."""

    merchants: dict[str, str | None] = field(default_factory=lambda: {DEFAULT_MERCHANT: None})
    is_up: bool = True
    url: str = ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Payment]:
        app = web.Application()
        app.router.add_get(MERCHANTS_PATH, self._answer)
        async with TestServer(app) as server:
            self.url = str(server.make_url(""))
            yield self

    async def _answer(self, _: web.Request) -> web.Response:
        if not self.is_up:
            raise web.HTTPServiceUnavailable
        items = [{"merchant": name, "owner_id": owner} for name, owner in self.merchants.items()]
        return web.json_response({"items": items})
