"""Owners describe their feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from contracts.api.common import Page, PageQuery
from contracts.api.feeds import FeedRequest, FeedView
from feeds.application.definitions import FeedDefinitions
from feeds.domain.feed import Feed, FeedTerms
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import id_in, list_of, page_of, write_cursor
from runtime.web.editing import edited_response, expected_version, read_patch
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, OWNER


@dataclass(frozen=True, slots=True)
class FeedRoutes:
    """The feeds of the owner's mini programs."""

    definitions: FeedDefinitions

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        own, owner, editors = (
            "/v1/owner/mini-programs/{mini_program_id}/feeds",
            scopes(OWNER),
            roles(CATALOGUE),
        )
        return [
            Route("GET", own, self.list_feeds, owner),
            Route("POST", own, self.create, owner, roles=editors),
            Route("GET", f"{own}/{{feed_id}}", self.read, owner),
            Route("PATCH", f"{own}/{{feed_id}}", self.edit, owner, roles=editors),
        ]

    async def list_feeds(self, request: web.Request) -> web.Response:
        """The feeds of a mini program."""
        query = read_query(request, PageQuery)
        after = id_in(list_of(request), query.cursor)
        found = await self.definitions.page(*own_program(request), after, query.limit + 1)
        shown, following = page_of(
            found, query.limit, lambda feed: write_cursor(list_of(request), feed.feed_id)
        )
        return json_response(Page[FeedView](items=[_view(feed) for feed in shown], next_cursor=following))

    async def create(self, request: web.Request) -> web.Response:
        """A new feed."""
        body = await read_json(request, FeedRequest)
        feed = await self.definitions.create(*own_program(request), _terms(body))
        return edited_response(_view(feed), feed.version, 201)

    async def read(self, request: web.Request) -> web.Response:
        """One feed."""
        feed = await self.definitions.get(*own_program(request), request.match_info["feed_id"])
        return edited_response(_view(feed), feed.version)

    async def edit(self, request: web.Request) -> web.Response:
        """A merge patch of a feed."""
        patch = await read_patch(request, FeedRequest)
        feed = await self.definitions.edit(
            *own_program(request),
            request.match_info["feed_id"],
            lambda terms: _terms(patch.apply_to(_request(terms))),
            expected_version(request),
        )
        return edited_response(_view(feed), feed.version)


def own_program(request: web.Request) -> tuple[str, str]:
    """The owner and the mini program of the path."""
    return principal_of(request).owner_id or "", request.match_info["mini_program_id"]


def _terms(body: FeedRequest) -> FeedTerms:
    every = int(body.every.total_seconds()) if body.every is not None else None
    return FeedTerms(
        body.name, body.format, body.mode, body.url, every, body.max_rejected_percent, body.default_stock
    )


def _every(terms: FeedTerms) -> timedelta | None:
    return timedelta(seconds=terms.every) if terms.every is not None else None


def _request(terms: FeedTerms) -> FeedRequest:
    return FeedRequest(
        name=terms.name,
        format=terms.format,
        mode=terms.mode,
        url=terms.url,
        every=_every(terms),
        max_rejected_percent=terms.max_rejected_percent,
        default_stock=terms.default_stock,
    )


def _view(feed: Feed) -> FeedView:
    terms = feed.terms
    return FeedView(
        feed_id=feed.feed_id,
        mini_program_id=feed.mini_program_id,
        name=terms.name,
        format=terms.format,
        mode=terms.mode,
        url=terms.url,
        every=_every(terms),
        max_rejected_percent=terms.max_rejected_percent,
        default_stock=terms.default_stock,
        version=feed.version,
    )
