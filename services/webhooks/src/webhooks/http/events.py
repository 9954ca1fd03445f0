"""The feed of an owner's events."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.webhooks import MAX_WAIT_SECONDS, EventsPage, EventsQuery
from runtime.web.bodies import json_response, read_query
from runtime.web.cursors import read_cursor, write_cursor
from runtime.web.endless import endless
from runtime.web.routes import DEADLINE_SECONDS, Route, scopes
from runtime.web.tokens import OWNER
from webhooks.application.event_feed import EventFeed
from webhooks.http.callers import owner_of
from webhooks.http.views import event_view


@dataclass(frozen=True, slots=True)
class EventRoutes:
    """Events in order, from a cursor on."""

    feed: EventFeed

    def routes(self) -> list[Route]:
        """The route with its scope."""
        deadline = MAX_WAIT_SECONDS + DEADLINE_SECONDS
        return [Route("GET", "/v1/owner/events", self.page, scopes(OWNER), deadline=deadline)]

    async def page(self, request: web.Request) -> web.Response:
        """The events after the cursor; waits if there are none."""
        query = read_query(request, EventsQuery)
        after = read_cursor(request.path, query.cursor, int)[0] if query.cursor is not None else 0
        with endless(request):  # a service that stops does not wait for those who wait
            found = await self.feed.page(owner_of(request), after, query.limit, query.wait)
        last = found[-1].sequence if found else after
        items = [event_view(one) for one in found]
        return json_response(EventsPage(items=items, next_cursor=write_cursor(request.path, last)))
