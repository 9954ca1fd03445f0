"""Leases of rate limits, for the gateways."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.limits import LEASES_PATH, LeaseAnswer, LeaseRequest
from identity.application.ports import Buckets
from identity.domain.limits import Bucket
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC


@dataclass(frozen=True, slots=True)
class LimitRoutes:
    """Needs no token, like the list of revoked tokens: the gateway does not pass it on."""

    buckets: Buckets

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("POST", LEASES_PATH, self.lease, PUBLIC)]

    async def lease(self, request: web.Request) -> web.Response:
        """Tokens of one bucket."""
        body = await read_json(request, LeaseRequest)
        lease = await self.buckets.take(body.key, Bucket(body.size, body.window), body.wanted, body.spent)
        return json_response(LeaseAnswer(given=lease.given, remaining=lease.remaining))
