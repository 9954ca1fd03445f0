"""Who can collect, for the other processes."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.payment import MERCHANTS_PATH
from payment.application.providers import Providers
from runtime.web.bodies import json_response
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC


@dataclass(frozen=True, slots=True)
class MerchantRoutes:
    """Needs no token: it names merchants and owners only, and the gateway does not pass it on."""

    providers: Providers

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("GET", MERCHANTS_PATH, self.list_all, PUBLIC)]

    async def list_all(self, _: web.Request) -> web.Response:
        """Every merchant, with the owner whose account it is; `owner_id` is null for the platform's own."""
        items = [
            {"merchant": merchant, "owner_id": collector.owner_id}
            for merchant, collector in sorted(self.providers.collectors.items())
        ]
        return json_response({"items": items}, headers={"Cache-Control": "no-store"})
