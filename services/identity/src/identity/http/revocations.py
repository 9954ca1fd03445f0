"""The list of revoked tokens, for the other processes."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from identity.application.revocations import CurrentRevocations
from runtime.web.bodies import json_response
from runtime.web.revocations import REVOCATIONS_PATH
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC


@dataclass(frozen=True, slots=True)
class RevocationRoutes:
    """Needs no token: it names ids only, and the gateway does not pass it on."""

    revocations: CurrentRevocations

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route("GET", REVOCATIONS_PATH, self.list_all, PUBLIC)]

    async def list_all(self, _: web.Request) -> web.Response:
        """All that concern a token which can still be alive."""
        found = await self.revocations.all()
        items = [{"kind": one.kind, "id": one.revoked_id, "before": one.before.isoformat()} for one in found]
        return json_response({"items": items}, headers={"Cache-Control": "no-store"})
