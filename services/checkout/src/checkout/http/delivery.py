"""Delivery terms: their owner reads and sets them, buyers read them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.application.cart_ports import DeliveryTermsStore
from checkout.application.delivery import KeepDeliveryTerms
from checkout.domain.delivery import DeliveryTerms, RegionFee
from checkout.http.callers import buyer_of, owner_of
from contracts.api.delivery import DeliveryTermsRequest, DeliveryTermsView
from contracts.api.delivery import RegionFee as RegionFeeView
from contracts.money import cny
from runtime.web.bodies import read_json
from runtime.web.editing import edited_response, expected_version
from runtime.web.routes import Route, roles, scopes
from runtime.web.tokens import FINANCE, OWNER, VIEWER


@dataclass(frozen=True, slots=True)
class DeliveryRoutes:
    keep: KeepDeliveryTerms
    terms: DeliveryTermsStore

    def routes(self) -> list[Route]:
        own = "/v1/owner/mini-programs/{mini_program_id}/delivery-terms"
        shown = "/v1/mini-programs/{mini_program_id}/delivery-terms"
        return [
            Route("GET", own, self.read, scopes(OWNER)),
            Route("PUT", own, self.put, scopes(OWNER), roles=roles(FINANCE)),
            Route("GET", shown, self.show, scopes(VIEWER)),
        ]

    async def read(self, request: web.Request) -> web.Response:
        """The owner's view."""
        return _response(await self.keep.read(owner_of(request), request.match_info["mini_program_id"]))

    async def put(self, request: web.Request) -> web.Response:
        """Replace the terms."""
        body = await read_json(request, DeliveryTermsRequest)
        terms = await self.keep.put(
            owner_of(request),
            request.match_info["mini_program_id"],
            body.flat.amount,
            body.free_from.amount if body.free_from is not None else None,
            tuple(RegionFee(one.region, one.fee.amount) for one in body.regions),
            expected_version(request),
        )
        return _response(terms)

    async def show(self, request: web.Request) -> web.Response:
        """The buyer's view."""
        return _response(await self.terms.current(buyer_of(request).mini_program_id))


def _response(terms: DeliveryTerms) -> web.Response:
    view = DeliveryTermsView(
        flat=cny(terms.flat),
        free_from=cny(terms.free_from) if terms.free_from is not None else None,
        regions=[RegionFeeView(region=one.region, fee=cny(one.fee)) for one in terms.regions],
        version=terms.version,
    )
    return edited_response(view, terms.version)
