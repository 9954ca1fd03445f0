"""An owner's coupons."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.coupons import OwnCoupon, OwnerCoupons
from checkout.domain.coupon import Coupon, CouponTerms, code_key
from checkout.http.callers import owner_of
from checkout.http.order_views import cursor_at, position_in
from contracts.api.common import Page
from contracts.api.coupons import CouponRequest, CouponsQuery, CouponView
from contracts.money import cny
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import page_of
from runtime.web.editing import edited_response, expected_version, read_patch
from runtime.web.problems import wrong_fields
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, OWNER


@dataclass(frozen=True, slots=True)
class CouponRoutes:
    coupons: OwnerCoupons

    def routes(self) -> list[Route]:
        coupons, owner, editors = (
            "/v1/owner/mini-programs/{mini_program_id}/coupons",
            scopes(OWNER),
            roles(FINANCE),
        )
        coupon = f"{coupons}/{{code}}"
        return [
            Route("GET", coupons, self.list_coupons, owner),
            Route("POST", coupons, self.create, owner, roles=editors),
            Route("GET", coupon, self.read, owner),
            Route("PATCH", coupon, self.edit, owner, roles=editors),
            Route("DELETE", coupon, self.end, owner, roles=editors),
        ]

    async def list_coupons(self, request: web.Request) -> web.Response:
        query = read_query(request, CouponsQuery)
        found = await self.coupons.page(
            owner_of(request),
            request.match_info["mini_program_id"],
            since=query.updated_since,
            after=position_in(request, query.cursor) if query.cursor is not None else None,
            limit=query.limit + 1,
        )
        shown, next_cursor = page_of(
            found, query.limit, lambda own: cursor_at(request, (own.coupon.changed_at, own.coupon.coupon_id))
        )
        return json_response(Page[CouponView](items=[_view(own) for own in shown], next_cursor=next_cursor))

    async def create(self, request: web.Request) -> web.Response:
        body = await read_json(request, CouponRequest)
        own = await self.coupons.create(
            owner_of(request), request.match_info["mini_program_id"], body.code, _terms(body)
        )
        return edited_response(_view(own), own.coupon.version, 201)

    async def read(self, request: web.Request) -> web.Response:
        path = request.match_info
        own = await self.coupons.get(owner_of(request), path["mini_program_id"], path["code"])
        return edited_response(_view(own), own.coupon.version)

    async def edit(self, request: web.Request) -> web.Response:
        path = request.match_info
        patch = await read_patch(request, CouponRequest)

        def edit(coupon: Coupon) -> CouponTerms:
            wanted = patch.apply_to(_request(coupon))
            if code_key(wanted.code) != coupon.key:
                raise wrong_fields([("code", "a coupon keeps its code; create another coupon")])
            return _terms(wanted)

        own = await self.coupons.edit(
            owner_of(request), path["mini_program_id"], path["code"], edit, expected_version(request)
        )
        return edited_response(_view(own), own.coupon.version)

    async def end(self, request: web.Request) -> web.Response:
        path = request.match_info
        await self.coupons.end(
            owner_of(request), path["mini_program_id"], path["code"], expected_version(request)
        )
        return web.Response(status=204)


def _terms(body: CouponRequest) -> CouponTerms:
    return CouponTerms(
        amount=body.amount.amount if body.amount else None,
        percent=body.percent,
        minimum=body.minimum.amount if body.minimum else 0,
        stock=body.stock,
        starts=body.starts,
        ends=body.ends,
        per_viewer=body.per_viewer,
    )


def _request(coupon: Coupon) -> CouponRequest:
    """What would create the coupon. Not validated: one that was ended before it started is none that can be created."""
    terms = coupon.terms
    return CouponRequest.model_construct(
        code=coupon.code,
        amount=cny(terms.amount) if terms.amount is not None else None,
        percent=terms.percent,
        minimum=cny(terms.minimum) if terms.minimum else None,
        stock=terms.stock,
        starts=terms.starts,
        ends=terms.ends,
        per_viewer=terms.per_viewer,
    )


def _view(own: OwnCoupon) -> CouponView:
    coupon, terms = own.coupon, own.coupon.terms
    return CouponView(
        code=coupon.code,
        amount=cny(terms.amount) if terms.amount is not None else None,
        percent=terms.percent,
        minimum=cny(terms.minimum) if terms.minimum else None,
        stock=terms.stock,
        used=own.used,
        left=own.left,
        starts=terms.starts,
        ends=terms.ends,
        per_viewer=terms.per_viewer,
        version=coupon.version,
    )
