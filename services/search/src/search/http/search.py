"""Search's calls: the same paths as the gateway's, which passes them on."""

from __future__ import annotations

from aiohttp import web

from contracts.api.search import InStoreQuery, SearchQuery, Suggestion, SuggestionQuery, Suggestions
from runtime.web.bodies import json_response, read_query
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, OPS, VIEWER
from search.application.rebuilding import Rebuilding
from search.application.replica import Replica
from search.application.search_column import search_column
from search.application.search_store import search_store
from search.application.suggesting import suggest
from search.domain.errors import MiniProgramNotFound
from search.domain.queries import Filters
from search.http.answers import in_store_answer, search_answer


class SearchRoutes:
    """The column, suggestions, search inside a store, and the operator's rebuild."""

    def __init__(self, replica: Replica, rebuilding: Rebuilding) -> None:
        self._replica = replica
        self._rebuilding = rebuilding

    def routes(self) -> list[Route]:
        """Every call with the tokens that it accepts."""
        store, rebuild = "/v1/mini-programs/{mini_program_id}/search", "/v1/ops/search/rebuild"
        return [
            Route("GET", "/v1/search", self._search_column, scopes(HOST)),
            Route("GET", "/v1/search/suggestions", self._suggest, scopes(HOST)),
            Route("GET", store, self._search_store, scopes(HOST, VIEWER)),
            Route("POST", rebuild, self._start_rebuild, scopes(OPS)),
            Route("GET", rebuild, self._rebuild_progress, scopes(OPS)),
        ]

    async def _search_column(self, request: web.Request) -> web.Response:
        query, host_id = read_query(request, SearchQuery), _host_of(request)
        page = await self._replica.ask(
            lambda library: search_column(library, host_id, query.q, query.cursor, query.limit)
        )
        return json_response(search_answer(page))

    async def _suggest(self, request: web.Request) -> web.Response:
        query, host_id = read_query(request, SuggestionQuery), _host_of(request)
        found = await self._replica.ask(lambda library: suggest(library, host_id, query.q, query.limit))
        items = [Suggestion(text=s.text, text_en=s.text_en, kind=s.kind) for s in found]
        return json_response(Suggestions(items=items))

    async def _search_store(self, request: web.Request) -> web.Response:
        query, host_id = read_query(request, InStoreQuery), _host_of(request)
        program_id = request.match_info["mini_program_id"]
        if principal_of(request).mini_program_id not in (None, program_id):
            raise MiniProgramNotFound(program_id)
        in_stock = None if query.in_stock is None else query.in_stock == "true"
        filters = Filters(query.min_price, query.max_price, query.category, in_stock)
        page = await self._replica.ask(
            lambda library: search_store(
                library, host_id, program_id, query.q, filters, query.sort, query.cursor, query.limit
            )
        )
        return json_response(in_store_answer(page))

    async def _start_rebuild(self, _: web.Request) -> web.Response:
        return json_response(await self._rebuilding.start(), 202)

    async def _rebuild_progress(self, _: web.Request) -> web.Response:
        return json_response(self._rebuilding.progress())


def _host_of(request: web.Request) -> str:
    return str(principal_of(request).host_id)
