"""Operators register hosts and creators, read them, suspend them and reinstate them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from aiohttp import web

from contracts.api.common import Answer, ChangesQuery
from contracts.api.owners import HostRequest, NewCreator, NewHost, PartnerRequest, ReasonsRequest
from identity.application.partners import Partners
from identity.domain.partners import Partner, PartnerKind
from identity.http.owners import NO_STORE
from identity.http.views import page_answer, partner_view, path_id
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.editing import edited_response, expected_version
from runtime.web.listing import asked_page
from runtime.web.routes import Route, scopes
from runtime.web.tokens import OPS

KINDS: tuple[PartnerKind, ...] = ("host", "creator")


@dataclass(frozen=True, slots=True)
class PartnerRoutes:
    """The same calls for hosts and for creators."""

    partners: Partners

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        return [route for kind in KINDS for route in self._routes_of(kind)]

    def _routes_of(self, kind: PartnerKind) -> list[Route]:
        all_of_kind = f"/v1/ops/{kind}s"
        one = f"{all_of_kind}/{{{kind}_id}}"
        operators = scopes(OPS)
        return [
            Route("GET", all_of_kind, partial(self.list_all, kind), operators),
            Route("POST", all_of_kind, partial(self.register, kind), operators),
            Route("GET", one, partial(self.read, kind), operators),
            Route("PUT", one, partial(self.put, kind), operators),
            Route("POST", f"{one}/suspension", partial(self.suspend, kind), operators),
            Route("POST", f"{one}/reinstatement", partial(self.reinstate, kind), operators),
        ]

    async def list_all(self, kind: PartnerKind, request: web.Request) -> web.Response:
        """All of this kind."""
        query = read_query(request, ChangesQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        return page_answer(request, await self.partners.page(kind, asked, query.limit), partner_view)

    async def register(self, kind: PartnerKind, request: web.Request) -> web.Response:
        """A new one with its first client."""
        name, return_origins = await _entered(kind, request)
        partner, new = await self.partners.register(kind, name, return_origins)
        client_id, secret = new.client.client_id, new.secret
        answer: Answer
        if kind == "host":
            answer = NewHost(
                host_id=partner.partner_id, name=partner.name, client_id=client_id, client_secret=secret
            )
        else:
            answer = NewCreator(
                creator_id=partner.partner_id, name=partner.name, client_id=client_id, client_secret=secret
            )
        return json_response(answer, 201, NO_STORE)

    async def read(self, kind: PartnerKind, request: web.Request) -> web.Response:
        """One of them."""
        return _answer(await self.partners.get(kind, path_id(request, f"{kind}_id")))

    async def put(self, kind: PartnerKind, request: web.Request) -> web.Response:
        """One under a given id, without a client."""
        partner_id = path_id(request, f"{kind}_id")
        name, return_origins = await _entered(kind, request)
        partner, created = await self.partners.put(
            kind, partner_id, name, return_origins, expected_version(request)
        )
        return _answer(partner, 201 if created else 200)

    async def suspend(self, kind: PartnerKind, request: web.Request) -> web.Response:
        """Refuse its calls."""
        partner_id = path_id(request, f"{kind}_id")
        reasons = tuple(reason.message for reason in (await read_json(request, ReasonsRequest)).reasons)
        return _answer(await self.partners.suspend(kind, partner_id, reasons))

    async def reinstate(self, kind: PartnerKind, request: web.Request) -> web.Response:
        """Answer its calls again."""
        return _answer(await self.partners.reinstate(kind, path_id(request, f"{kind}_id")))


def _answer(partner: Partner, status: int = 200) -> web.Response:
    return edited_response(partner_view(partner), partner.version, status)


async def _entered(kind: PartnerKind, request: web.Request) -> tuple[str, tuple[str, ...] | None]:
    """The name and, of a host, where its payers may return to: None leaves that as it is."""
    if kind == "creator":
        return (await read_json(request, PartnerRequest)).name, None
    body = await read_json(request, HostRequest)
    return body.name, None if body.return_origins is None else tuple(body.return_origins)
