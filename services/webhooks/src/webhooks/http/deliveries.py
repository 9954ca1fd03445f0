"""The deliveries of an owner's webhooks, and replays."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.common import Page
from contracts.api.webhooks import DeliveriesQuery, DeliveryView, ReplayAnswer, ReplayRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import list_of, page_of, read_cursor, write_cursor
from runtime.web.idempotency import optional_idempotency_key
from runtime.web.routes import Route, scopes
from runtime.web.tokens import OWNER
from webhooks.application.owner_deliveries import OwnerDeliveries
from webhooks.application.ports import Replay
from webhooks.http.callers import owner_of
from webhooks.http.views import delivery_details, delivery_view

REPLAY_SECONDS = 55.0
"""Deadline of a replay: thirty days of a busy owner are queued in batches."""


@dataclass(frozen=True, slots=True)
class DeliveryRoutes:
    """The log of deliveries, and sending again."""

    deliveries: OwnerDeliveries

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        webhook, owner = "/v1/owner/webhooks/{webhook_id}", scopes(OWNER)
        one = f"{webhook}/deliveries/{{delivery_id}}"
        return [
            Route("GET", f"{webhook}/deliveries", self.list_deliveries, owner),
            Route("GET", one, self.read, owner),
            Route("POST", f"{one}/replay", self.replay, owner),
            Route("POST", f"{webhook}/replay", self.replay_all, owner, deadline=REPLAY_SECONDS),
        ]

    async def list_deliveries(self, request: web.Request) -> web.Response:
        """The newest events first."""
        query = read_query(request, DeliveriesQuery)
        before = read_cursor(list_of(request), query.cursor, int)[0] if query.cursor is not None else None
        found = await self.deliveries.page(
            owner_of(request),
            request.match_info["webhook_id"],
            status=query.status,
            since=query.since,
            before=before,
            limit=query.limit + 1,
        )
        shown, following = page_of(
            found, query.limit, lambda last: write_cursor(list_of(request), last.sequence)
        )
        return json_response(
            Page[DeliveryView](items=[delivery_view(one) for one in shown], next_cursor=following)
        )

    async def read(self, request: web.Request) -> web.Response:
        """One delivery with its attempts."""
        return json_response(delivery_details(await self.deliveries.get(*_named(request))))

    async def replay(self, request: web.Request) -> web.Response:
        """Send one event again."""
        key = optional_idempotency_key(request)
        return json_response(delivery_details(await self.deliveries.replay(*_named(request), key)), 202)

    async def replay_all(self, request: web.Request) -> web.Response:
        """Send the events of a period again."""
        body = await read_json(request, ReplayRequest)
        replay = Replay(body.since, body.until, body.missing, optional_idempotency_key(request))
        queued = await self.deliveries.replay_all(owner_of(request), request.match_info["webhook_id"], replay)
        return json_response(ReplayAnswer(queued=queued), 202)


def _named(request: web.Request) -> tuple[str, str, str]:
    path = request.match_info
    return owner_of(request), path["webhook_id"], path["delivery_id"]
