"""Search's calls: the same paths as the gateway's, which passes them on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from aiohttp import web

from contracts.api.pages import InStoreQuery, SearchQuery, Suggestion, SuggestionQuery, Suggestions
from runtime.web.bodies import json_response, read_query
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Route, principal_of, scopes
from runtime.web.tokens import HOST, OPS, VIEWER
from search.answers import in_store_answer, search_answer
from search.application.finding import Library, NotThere, search_column, search_store
from search.application.progress import Progress
from search.application.suggesting import PopularQueries, suggest
from search.domain.queries import Filters, QueryRefused

T = TypeVar("T")
Ask = Callable[[Callable[[Library, PopularQueries], T]], Awaitable[T]]
"""Asks the library that answers at the moment: in this thread when the engine is inside, in another when it is not."""


def routes(ask: Ask, rebuild: Callable[[], None], progress: Callable[[], Progress]) -> list[Route]:  # type: ignore[type-arg]
    """The calls that search answers; `rebuild` begins one unless one is under way, `progress` tells how it goes."""

    async def column(request: web.Request) -> web.Response:
        asked = read_query(request, SearchQuery)
        host_id = str(principal_of(request).host_id)
        with _refusals():
            page = await ask(
                lambda library, _: search_column(library, host_id, asked.q, asked.cursor, asked.limit)
            )
        return json_response(search_answer(page))

    async def suggestions(request: web.Request) -> web.Response:
        asked = read_query(request, SuggestionQuery)
        host_id = str(principal_of(request).host_id)
        found = await ask(lambda library, popular: suggest(library, popular, host_id, asked.q, asked.limit))
        items = [Suggestion(text=s.text, text_en=s.text_en, kind=s.kind) for s in found]
        return json_response(Suggestions(items=items))

    async def in_store(request: web.Request) -> web.Response:
        asked = read_query(request, InStoreQuery)
        caller, program_id = principal_of(request), request.match_info["mini_program_id"]
        if caller.mini_program_id not in (None, program_id):
            raise not_found("the mini program")
        with _refusals():
            filters = Filters(
                asked.min_price,
                asked.max_price,
                asked.category,
                None if asked.in_stock is None else asked.in_stock == "true",
            )
            answer = await ask(
                lambda library, _: in_store_answer(
                    search_store(
                        library, str(caller.host_id), program_id, asked.q, filters, asked.sort, asked.cursor, asked.limit
                    ),
                    library.directory.programs[program_id],
                )
            )  # fmt: skip
        return json_response(answer)

    async def begin_rebuild(_: web.Request) -> web.Response:
        rebuild()
        return json_response(progress(), 202)

    async def read_rebuild(_: web.Request) -> web.Response:
        return json_response(progress())

    return [
        Route("GET", "/v1/search", column, scopes(HOST)),
        Route("GET", "/v1/search/suggestions", suggestions, scopes(HOST)),
        Route("GET", "/v1/mini-programs/{mini_program_id}/search", in_store, scopes(HOST, VIEWER)),
        Route("POST", "/v1/ops/search/rebuild", begin_rebuild, scopes(OPS)),
        Route("GET", "/v1/ops/search/rebuild", read_rebuild, scopes(OPS)),
    ]


@contextmanager
def _refusals() -> Iterator[None]:
    """Turns what cannot be answered into problem documents."""
    try:
        yield
    except QueryRefused as refused:
        raise Problem(422, refused.code, str(refused), errors=[(refused.field, str(refused))]) from None
    except NotThere:
        raise not_found("the mini program") from None
