"""What hosts say to mini programs that want to be seen in them."""

from __future__ import annotations

from aiohttp import web

from catalog.application.reviews import Reviews, said
from catalog.http.access import host_of, path_id
from catalog.http.answers import host_review_view
from contracts.api.common import Page
from contracts.api.versions import (
    HostDecisionRequest,
    HostDecisionView,
    HostReviewQuery,
    HostReviewView,
    HostSettings,
)
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import read_cursor, write_cursor
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, HOST


class HostReviewRoutes:
    """The hosts' calls."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews

    def routes(self) -> list[Route]:
        program = "/v1/host/mini-programs/{mini_program_id}"
        hosts, deciders = scopes(HOST), roles(CATALOGUE)
        return [
            Route("GET", "/v1/host/reviews", self.list_reviews, hosts),
            Route("POST", program + "/acceptance", self.accept, hosts, roles=deciders),
            Route("POST", program + "/refusal", self.refuse, hosts, roles=deciders),
            Route("GET", "/v1/host/settings", self.get_settings, hosts),
            Route("PUT", "/v1/host/settings", self.put_settings, hosts),
        ]

    async def list_reviews(self, request: web.Request) -> web.Response:
        """The mini programs that ask for the caller's host, with what it said."""
        query, host_id = read_query(request, HostReviewQuery), host_of(request)
        after: str | None = read_cursor(query.cursor, str)[0] if query.cursor is not None else None
        shown: list[HostReviewView] = []
        while True:
            found = await self._reviews.asked(host_id, after, query.limit + 1)
            for history in found:
                offered = history.offered
                if offered is None or offered.content is None:
                    continue
                if host_id in offered.content.requested_hosts and query.status in (
                    None,
                    said(history, host_id),
                ):
                    shown.append(host_review_view(history, offered, offered.content, host_id))
            if len(shown) > query.limit or len(found) <= query.limit:
                break
            after = found[-1].mini_program_id
        page = shown[: query.limit]
        cursor = write_cursor(page[-1].mini_program_id) if len(shown) > len(page) else None
        return json_response(Page[HostReviewView](items=page, next_cursor=cursor))

    async def accept(self, request: web.Request) -> web.Response:
        """Show a mini program in the caller's host."""
        host_id, mini_program_id = host_of(request), path_id(request, "mini_program_id")
        reason = (await read_json(request, HostDecisionRequest)).reason if request.can_read_body else ""
        await self._reviews.accept(host_id, mini_program_id, reason)
        decision = HostDecisionView(mini_program_id=mini_program_id, status="accepted", reason=reason)
        return json_response(decision)

    async def refuse(self, request: web.Request) -> web.Response:
        """Show it no longer."""
        host_id, mini_program_id = host_of(request), path_id(request, "mini_program_id")
        reason = (await read_json(request, HostDecisionRequest)).reason if request.can_read_body else ""
        await self._reviews.refuse(host_id, mini_program_id, reason)
        decision = HostDecisionView(mini_program_id=mini_program_id, status="refused", reason=reason)
        return json_response(decision)

    async def get_settings(self, request: web.Request) -> web.Response:
        """What the host has set."""
        accepts_all = await self._reviews.accepts_all(host_of(request))
        return json_response(HostSettings(accept="all" if accepts_all else "by_hand"))

    async def put_settings(self, request: web.Request) -> web.Response:
        """Set whether the host takes every mini program."""
        wanted = await read_json(request, HostSettings)
        await self._reviews.set_accepts_all(host_of(request), accepts_all=wanted.accept == "all")
        return json_response(wanted)
