"""Mini programs: owners register and change theirs, operators publish, suspend and reinstate any."""

from __future__ import annotations

from aiohttp import web

from catalog.application.mini_programs import MiniPrograms
from catalog.http.access import caller_of, path_id
from catalog.http.answers import mini_program_view
from catalog.http.requests import mini_program_details
from contracts.api.common import Page, PageQuery
from contracts.api.mini_programs import MiniProgramRequest, MiniProgramView, SuspensionRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import read_cursor, write_cursor
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER


class MiniProgramRoutes:
    """Owners reach their own mini programs only, operators any."""

    def __init__(self, programs: MiniPrograms) -> None:
        self._programs = programs

    def routes(self) -> list[Route]:
        programs = "/v1/owner/mini-programs"
        program = programs + "/{mini_program_id}"
        ops = "/v1/ops/mini-programs/{mini_program_id}"
        writers, operators = scopes(OWNER, OPS), scopes(OPS)
        return [
            Route("GET", programs, self.list_programs, writers),
            Route("GET", program, self.get_program, writers),
            Route("PUT", program, self.put_program, writers, roles=roles(CATALOGUE)),
            Route("POST", ops + "/publication", self.publish, operators, roles=roles(CATALOGUE)),
            Route("POST", ops + "/suspension", self.suspend, operators, roles=roles(CATALOGUE)),
            Route("POST", ops + "/reinstatement", self.reinstate, operators, roles=roles(CATALOGUE)),
        ]

    async def list_programs(self, request: web.Request) -> web.Response:
        """The caller's mini programs."""
        query = read_query(request, PageQuery)
        after: str | None = read_cursor(query.cursor, str)[0] if query.cursor is not None else None
        found = await self._programs.page(caller_of(request), after, query.limit + 1)
        shown = found[: query.limit]
        cursor = write_cursor(shown[-1].mini_program_id) if len(found) > query.limit else None
        views = [mini_program_view(program) for program in shown]
        return json_response(Page[MiniProgramView](items=views, next_cursor=cursor))

    async def get_program(self, request: web.Request) -> web.Response:
        """One of the caller's mini programs."""
        program = await self._programs.get(caller_of(request), path_id(request, "mini_program_id"))
        return json_response(mini_program_view(program))

    async def put_program(self, request: web.Request) -> web.Response:
        """Register or change a mini program."""
        mini_program_id, caller = path_id(request, "mini_program_id"), caller_of(request)
        wanted = await read_json(request, MiniProgramRequest)
        details = mini_program_details(wanted, mini_program_id, caller)
        program, created = await self._programs.put(caller, mini_program_id, details)
        return json_response(mini_program_view(program), 201 if created else 200)

    async def publish(self, request: web.Request) -> web.Response:
        """Let viewers enter a mini program."""
        program = await self._programs.publish(path_id(request, "mini_program_id"))
        return json_response(mini_program_view(program))

    async def suspend(self, request: web.Request) -> web.Response:
        """Suspend a mini program."""
        mini_program_id = path_id(request, "mini_program_id")
        reason = (await read_json(request, SuspensionRequest)).reason
        return json_response(mini_program_view(await self._programs.suspend(mini_program_id, reason)))

    async def reinstate(self, request: web.Request) -> web.Response:
        """End a suspension."""
        program = await self._programs.reinstate(path_id(request, "mini_program_id"))
        return json_response(mini_program_view(program))
