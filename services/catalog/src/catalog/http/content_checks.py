"""Texts of products and videos that wait for an operator. The gateway joins these lists with those of other services."""

from __future__ import annotations

from aiohttp import web

from catalog.application.content_checks import ContentChecks
from catalog.domain.content_check import ContentCheck
from catalog.http.access import path_id
from contracts.api.common import FieldError, Page
from contracts.api.content_checks import ContentChecksQuery, ContentCheckView
from contracts.api.owners import ReasonsRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.listing import asked_page, cursor_of
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS


class ContentCheckRoutes:
    """The operators' calls about texts."""

    def __init__(self, checks: ContentChecks) -> None:
        self._checks = checks

    def routes(self) -> list[Route]:
        check, operators, editors = "/v1/ops/content-checks/{check_id}", scopes(OPS), roles(CATALOGUE)
        return [
            Route("GET", "/v1/ops/content-checks", self.list_waiting, operators),
            Route("GET", check, self.get, operators),
            Route("POST", f"{check}/approval", self.approve, operators, roles=editors),
            Route("POST", f"{check}/rejection", self.reject, operators, roles=editors),
        ]

    async def list_waiting(self, request: web.Request) -> web.Response:
        """The texts that wait, by the ids of their checks or by change."""
        query = read_query(request, ContentChecksQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        found = await self._checks.waiting(asked, query.limit)
        items, next_cursor = found.each(_view).items, cursor_of(request, found.following)
        return json_response(Page[ContentCheckView](items=items, next_cursor=next_cursor))

    async def get(self, request: web.Request) -> web.Response:
        """One check, whatever its verdict."""
        return json_response(_view(await self._checks.get(path_id(request, "check_id"))))

    async def approve(self, request: web.Request) -> web.Response:
        """Viewers may see the texts; their owner sends them again."""
        return json_response(_view(await self._checks.decide(path_id(request, "check_id"), passed=True)))

    async def reject(self, request: web.Request) -> web.Response:
        """The same texts are refused from now on, for these reasons."""
        check_id, body = path_id(request, "check_id"), await read_json(request, ReasonsRequest)
        reasons = tuple((one.field or "", one.message) for one in body.reasons)
        return json_response(_view(await self._checks.decide(check_id, passed=False, reasons=reasons)))


def _view(check: ContentCheck) -> ContentCheckView:
    return ContentCheckView(
        check_id=check.check_id,
        kind=check.kind,
        object_id=check.object_id,
        mini_program_id=check.mini_program_id,
        texts=dict(check.texts),
        findings=[FieldError(field=field, message=message) for field, message in check.findings],
        model=check.model,
        checked_at=check.at,
        status=check.status,
    )
