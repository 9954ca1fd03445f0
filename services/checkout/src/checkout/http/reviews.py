"""Buyers' reviews: written by buyers, read by viewers, answered by owners, hidden by operators."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.buyers_reviews import BuyersReviews
from checkout.application.ports import ReviewFilter
from checkout.application.product_reviews import ProductReviews, Reader
from checkout.domain.review import Review
from checkout.http.callers import buyer_of, owner_of
from checkout.http.order_views import cursor_at, position_in
from checkout.http.review_views import own_review_view, owner_review_view, rating_summary, review_view
from contracts.api.buyers_reviews import (
    AnswerRequest,
    BuyersReviewRequest,
    OwnerReviewsQuery,
    OwnerReviewView,
    OwnReviewView,
    ProductReviewsQuery,
    VisibilityRequest,
)
from contracts.api.buyers_reviews import ProductReviews as ProductReviewsPage
from contracts.api.common import Page
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import page_of
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, HOST, OPS, OWNER, VIEWER


@dataclass(frozen=True, slots=True)
class ReviewRoutes:
    reviews: BuyersReviews
    of_products: ProductReviews

    def routes(self) -> list[Route]:
        program, ops = "/v1/mini-programs/{mini_program_id}", "/v1/ops/buyers-reviews/{review_id}"
        of_order, owner, editors = f"{program}/orders/{{order_id}}/reviews", scopes(OWNER), roles(CATALOGUE)
        return [
            Route("POST", of_order, self.write, scopes(VIEWER)),
            Route("GET", of_order, self.list_own, scopes(VIEWER)),
            Route("GET", f"{program}/products/{{product_id}}/reviews", self.list_shown, scopes(HOST, VIEWER)),
            Route("GET", "/v1/owner/mini-programs/{mini_program_id}/reviews", self.list_of_owner, owner),
            Route("GET", "/v1/owner/reviews/{review_id}", self.read_of_owner, owner),
            Route(
                "PUT",
                "/v1/owner/reviews/{review_id}/answer",
                self.answer,
                owner,
                roles=editors,
                while_suspended=True,
            ),
            Route("GET", ops, self.read, scopes(OPS)),
            Route("POST", f"{ops}/hiding", self.hide, scopes(OPS), roles=editors),
            Route("POST", f"{ops}/showing", self.show, scopes(OPS), roles=editors),
        ]

    async def write(self, request: web.Request) -> web.Response:
        """201 for a new review, 200 for one that was sent before."""
        buyer, order_id = buyer_of(request), request.match_info["order_id"]
        body = await read_json(request, BuyersReviewRequest)
        review, created = await self.reviews.write(buyer, order_id, body.sku_id, body.rating, body.text)
        return json_response(own_review_view(review), status=201 if created else 200)

    async def list_own(self, request: web.Request) -> web.Response:
        found = await self.reviews.of_order(buyer_of(request), request.match_info["order_id"])
        return json_response(Page[OwnReviewView](items=[own_review_view(review) for review in found]))

    async def list_shown(self, request: web.Request) -> web.Response:
        query, principal = read_query(request, ProductReviewsQuery), principal_of(request)
        found, counts = await self.of_products.page(
            Reader(principal.host_id or "", principal.mini_program_id),
            request.match_info["mini_program_id"],
            request.match_info["product_id"],
            query.rating,
            after=position_in(request, query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, next_cursor = page_of(
            found, query.limit, lambda review: cursor_at(request, (review.text.at, review.review_id))
        )
        page = ProductReviewsPage(
            items=[review_view(review) for review in shown],
            next_cursor=next_cursor,
            rating=rating_summary(counts),
        )
        return json_response(page)

    async def list_of_owner(self, request: web.Request) -> web.Response:
        query = read_query(request, OwnerReviewsQuery)
        answered = query.answered == "true" if query.answered is not None else None
        found = await self.reviews.of_owner(
            owner_of(request),
            request.match_info["mini_program_id"],
            ReviewFilter(query.product_id, query.rating, answered, query.updated_since),
            after=position_in(request, query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, next_cursor = page_of(found, query.limit, lambda one: cursor_at(request, one[0]))
        items = [owner_review_view(review) for _, review in shown]
        return json_response(Page[OwnerReviewView](items=items, next_cursor=next_cursor))

    async def read_of_owner(self, request: web.Request) -> web.Response:
        return _edited(await self.reviews.get(owner_of(request), request.match_info["review_id"]))

    async def read(self, request: web.Request) -> web.Response:
        return _edited(await self.reviews.get(None, request.match_info["review_id"]))

    async def answer(self, request: web.Request) -> web.Response:
        expected = expected_version(request)
        body = await read_json(request, AnswerRequest)
        review_id = request.match_info["review_id"]
        return _edited(await self.reviews.answer(owner_of(request), review_id, body.text, expected))

    async def hide(self, request: web.Request) -> web.Response:
        reason = (await read_json(request, VisibilityRequest)).reason
        return _edited(await self.reviews.hide(request.match_info["review_id"], reason))

    async def show(self, request: web.Request) -> web.Response:
        await read_json(request, VisibilityRequest)  # the reason is for the audit log
        return _edited(await self.reviews.show(request.match_info["review_id"]))


def _edited(review: Review) -> web.Response:
    return edited_response(owner_review_view(review), review.version)
