"""What viewers read, and where an anchor or a link leads."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from catalog.application.read_model.entries import Part, StoreFilter
from catalog.application.read_model.storefront import Storefront, Viewer
from catalog.application.testers import Trials
from catalog.http.access import host_of, path_id
from contracts.api.common import PageQuery
from contracts.api.stores import StoreQuery
from runtime.web.bodies import read_query
from runtime.web.cursors import list_of, read_cursor
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, VIEWER

JSON = {"Content-Type": "application/json"}
FIRST_PAGE = StoreQuery()


class PageRoutes:
    """The read side."""

    def __init__(self, storefront: Storefront, trials: Trials) -> None:
        self._storefront = storefront
        self._trials = trials

    def routes(self) -> list[Route]:
        product = "/v1/mini-programs/{mini_program_id}/products/{product_id}"
        video = "/v1/videos/{video_id}"
        hosts_and_viewers, hosts = scopes(HOST, VIEWER), scopes(HOST)
        return [
            Route("GET", "/v1/entry/mini-programs", self.entrance, hosts),
            Route("GET", "/v1/mini-programs/{mini_program_id}/store", self.store, hosts_and_viewers),
            Route("GET", product, self.product, hosts_and_viewers),
            Route("GET", product + "/target", self.product_target, hosts_and_viewers),
            Route("GET", video, self.video, hosts),
            Route("GET", video + "/anchors/{anchor_id}/target", self.anchor_target, hosts),
        ]

    async def entrance(self, request: web.Request) -> web.Response:
        """The mini programs of the caller's host."""
        query = read_query(request, PageQuery)
        after: Any = (
            read_cursor(list_of(request), query.cursor, int, int, str) if query.cursor is not None else None
        )
        return _json(self._storefront.entrance(host_of(request), Part(list_of(request), after, query.limit)))

    async def store(self, request: web.Request) -> web.Response:
        """A store with its products."""
        query = read_query(request, StoreQuery) if request.query_string else FIRST_PAGE
        after: Any = (
            read_cursor(list_of(request), query.cursor, int, str) if query.cursor is not None else None
        )
        viewer, mini_program_id = _viewer_of(request), request.match_info["mini_program_id"]
        trial = await self._trials.of(viewer, mini_program_id)
        part = Part(list_of(request), after, query.limit)
        return _json(self._storefront.store(viewer, mini_program_id, _filter_of(query), part, trial))

    async def product(self, request: web.Request) -> web.Response:
        """The page of one product."""
        viewer, ids = _viewer_of(request), request.match_info
        trial = await self._trials.of(viewer, ids["mini_program_id"])
        return _json(self._storefront.product(viewer, ids["mini_program_id"], ids["product_id"], trial))

    async def product_target(self, request: web.Request) -> web.Response:
        """Where a link to a product leads, or why it cannot be opened."""
        host_id = host_of(request)
        mini_program_id, product_id = path_id(request, "mini_program_id"), path_id(request, "product_id")
        return _json(self._storefront.product_target(host_id, mini_program_id, product_id))

    async def video(self, request: web.Request) -> web.Response:
        """The page of one video of the caller's host."""
        return _json(self._storefront.video(host_of(request), request.match_info["video_id"]))

    async def anchor_target(self, request: web.Request) -> web.Response:
        """Where an anchor leads, or why it cannot be opened."""
        ids = request.match_info
        return _json(self._storefront.anchor_target(host_of(request), ids["video_id"], ids["anchor_id"]))


def _filter_of(query: StoreQuery) -> StoreFilter:
    return StoreFilter(
        category_id=query.category,
        product_ids=tuple(query.product_ids.split(",")) if query.product_ids is not None else None,
        in_stock=None if query.in_stock is None else query.in_stock == "true",
        sort=query.sort,
    )


def _viewer_of(request: web.Request) -> Viewer:
    principal = principal_of(request)
    return Viewer(principal.host_id, principal.mini_program_id, principal.viewer)


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, headers=JSON)
