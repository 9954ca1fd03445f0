"""Owners say who may promote their products."""

from __future__ import annotations

from aiohttp import web

from catalog.application.promotions import Promotions
from catalog.http.access import caller_of, path_id
from catalog.http.video_answers import promotion_view
from contracts.api.videos import PromotionRequest
from runtime.web.bodies import read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER


class PromotionRoutes:
    """Owners reach their own mini programs only, operators any."""

    def __init__(self, promotions: Promotions) -> None:
        self._promotions = promotions

    def routes(self) -> list[Route]:
        path = "/v1/owner/mini-programs/{mini_program_id}/promotion"
        writers = scopes(OWNER, OPS)
        return [
            Route("GET", path, self.get, writers),
            Route("PUT", path, self.put, writers, roles=roles(CATALOGUE)),
        ]

    async def get(self, request: web.Request) -> web.Response:
        """Who may promote."""
        mini_program_id = path_id(request, "mini_program_id")
        promotion = await self._promotions.get(caller_of(request), mini_program_id)
        return edited_response(promotion_view(promotion), promotion.version)

    async def put(self, request: web.Request) -> web.Response:
        """Say who may."""
        mini_program_id = path_id(request, "mini_program_id")
        wanted = await read_json(request, PromotionRequest)
        promotion = await self._promotions.put(
            caller_of(request), mini_program_id, wanted.who, wanted.creator_ids, expected_version(request)
        )
        return edited_response(promotion_view(promotion), promotion.version)
