"""Texts of reviews and answers that wait for an operator. The gateway joins these lists with those of other services."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.buyers_reviews import BuyersReviews
from checkout.http.review_views import check_view
from contracts.api.common import Page
from contracts.api.content_checks import ContentChecksQuery, ContentCheckView
from contracts.api.owners import ReasonsRequest
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.listing import asked_page, cursor_of
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import CATALOGUE, OPS


@dataclass(frozen=True, slots=True)
class ContentCheckRoutes:
    reviews: BuyersReviews

    def routes(self) -> list[Route]:
        check, ops, editors = "/v1/ops/content-checks/{check_id}", scopes(OPS), roles(CATALOGUE)
        return [
            Route("GET", "/v1/ops/content-checks", self.list_waiting, ops),
            Route("GET", check, self.get, ops),
            Route("POST", f"{check}/approval", self.approve, ops, roles=editors),
            Route("POST", f"{check}/rejection", self.reject, ops, roles=editors),
        ]

    async def list_waiting(self, request: web.Request) -> web.Response:
        query = read_query(request, ContentChecksQuery)
        found = await self.reviews.waiting(
            asked_page(request, query.cursor, query.updated_since), query.limit
        )
        items = [check_view(review, *review.waiting) for review in found.items if review.waiting is not None]
        next_cursor = cursor_of(request, found.following)
        return json_response(Page[ContentCheckView](items=items, next_cursor=next_cursor))

    async def get(self, request: web.Request) -> web.Response:
        """One check, whatever its verdict."""
        check_id = request.match_info["check_id"]
        return json_response(check_view(*await self.reviews.checked(check_id)))

    async def approve(self, request: web.Request) -> web.Response:
        return await self._decide(request, passed=True, reason="")

    async def reject(self, request: web.Request) -> web.Response:
        body = await read_json(request, ReasonsRequest)
        reason = "; ".join(one.message for one in body.reasons)
        return await self._decide(request, passed=False, reason=reason)

    async def _decide(self, request: web.Request, *, passed: bool, reason: str) -> web.Response:
        check_id = request.match_info["check_id"]
        review, text = await self.reviews.decide(check_id, passed=passed, reason=reason)
        return json_response(check_view(review, check_id, text))
