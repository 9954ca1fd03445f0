"""Hosts decide on the mini programs that request them."""

from __future__ import annotations

from aiohttp import web

from catalog.application.reviews import HostDecision, Reviews, decision_by
from catalog.domain.host_settings import HostSettings
from catalog.domain.version_history import VersionHistory
from catalog.http.access import host_of, path_id
from catalog.http.answers import host_review_view
from contracts.api.common import Page
from contracts.api.versions import (
    HostDecisionRequest,
    HostDecisionView,
    HostReviewQuery,
    HostReviewView,
    HostSettingsRequest,
    HostSettingsView,
)
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import id_in, list_of, page_of, write_cursor
from runtime.web.editing import edited_response, expected_version
from runtime.web.listing import changed_page, cursor_of
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
        """The mini programs that request the caller's host, with its decisions."""
        query, host_id = read_query(request, HostReviewQuery), host_of(request)
        if query.updated_since is not None:
            asked = changed_page(request, query.cursor, query.updated_since)
            changed = await self._reviews.changed_for(host_id, asked, query.limit)
            views = [view for history in changed.items if (view := _asked_of(history, host_id, query.status))]
            cursor = cursor_of(request, changed.following)
            return json_response(Page[HostReviewView](items=views, next_cursor=cursor))
        after = id_in(list_of(request), query.cursor)
        shown: list[HostReviewView] = []
        while True:
            found = await self._reviews.requesting(host_id, after, query.limit + 1)
            shown += [view for history in found if (view := _asked_of(history, host_id, query.status))]
            if len(shown) > query.limit or len(found) <= query.limit:
                break
            after = found[-1].mini_program_id
        items, next_cursor = page_of(
            shown, query.limit, lambda view: write_cursor(list_of(request), view.mini_program_id)
        )
        return json_response(Page[HostReviewView](items=items, next_cursor=next_cursor))

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
        return _settings(await self._reviews.settings_of(host_of(request)))

    async def put_settings(self, request: web.Request) -> web.Response:
        """Set whether the host takes every mini program."""
        accepts_all = (await read_json(request, HostSettingsRequest)).accept == "all"
        expected = expected_version(request)
        host_id = host_of(request)
        return _settings(
            await self._reviews.set_accepts_all(host_id, accepts_all=accepts_all, expected=expected)
        )


def _asked_of(history: VersionHistory, host_id: str, status: HostDecision | None) -> HostReviewView | None:
    """What the host is asked to decide; None if nothing, or if its decision is another than `status`."""
    offered = history.offered
    if offered is None or offered.content is None or host_id not in offered.content.requested_hosts:
        return None
    if status not in (None, decision_by(history, host_id)):
        return None
    return host_review_view(history, offered, offered.content, host_id)


def _settings(settings: HostSettings) -> web.Response:
    view = HostSettingsView(accept="all" if settings.accepts_all else "by_hand", version=settings.version)
    return edited_response(view, settings.version)
