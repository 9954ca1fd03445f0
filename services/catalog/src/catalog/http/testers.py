"""Owners name the testers of their mini programs."""

from __future__ import annotations

from aiohttp import web

from catalog.application.testers import TesterLists
from catalog.domain.testers import Tester, Testers
from catalog.http.access import caller_of, path_id
from contracts.api.versions import TestersOfHosts, TestersView, TesterView
from runtime.web.bodies import read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER


class TesterRoutes:
    """Owners reach their own mini programs only, operators any. The gateway has made pseudonyms of the hosts' user ids."""

    def __init__(self, testers: TesterLists) -> None:
        self._testers = testers

    def routes(self) -> list[Route]:
        path = "/v1/owner/mini-programs/{mini_program_id}/testers"
        writers = scopes(OWNER, OPS)
        return [
            Route("GET", path, self.get, writers),
            Route("PUT", path, self.put, writers, roles=roles(CATALOGUE)),
        ]

    async def get(self, request: web.Request) -> web.Response:
        """The testers."""
        return _answer(await self._testers.get(caller_of(request), path_id(request, "mini_program_id")))

    async def put(self, request: web.Request) -> web.Response:
        """Name the testers."""
        mini_program_id = path_id(request, "mini_program_id")
        wanted = await read_json(request, TestersOfHosts)
        viewers = [Tester(one.host_id, one.viewer) for one in wanted.viewers]
        return _answer(
            await self._testers.put(caller_of(request), mini_program_id, viewers, expected_version(request))
        )


def _answer(testers: Testers) -> web.Response:
    viewers = [TesterView(host_id=one.host_id, viewer=one.viewer) for one in testers.viewers]
    view = TestersView(mini_program_id=testers.mini_program_id, viewers=viewers, version=testers.version)
    return edited_response(view, testers.version)
