"""Whose orders a caller may see: a viewer's own, in their own mini program; an owner's, of their mini programs. All else is
404."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from checkout.adapters.orders import Orders, mini_program_of
from checkout.adapters.registry import Registry
from checkout.views import order_view
from runtime.mongo.client import Document
from runtime.web.bodies import json_response
from runtime.web.problems import Problem, not_found
from runtime.web.routes import principal_of
from runtime.web.tokens import VIEWER, Principal

IDEMPOTENCY_KEY = "Idempotency-Key"


def viewer_in(request: web.Request) -> tuple[Principal, str]:
    """The viewer and their own mini program; any other does not exist for them."""
    principal, mini_program_id = principal_of(request), request.match_info["mini_program_id"]
    if principal.mini_program_id != mini_program_id:
        raise not_found("the mini program")
    return principal, mini_program_id


def idempotency_key(request: web.Request) -> str:
    """The caller's key; raises Problem 400 for none, or one that is too long or cannot be printed."""
    key = request.headers.get(IDEMPOTENCY_KEY, "").strip()
    if not key:
        raise Problem(
            400, "idempotency_key_missing", f"send the header {IDEMPOTENCY_KEY} with a key of your own"
        )
    if len(key) > 255 or not key.isprintable():
        raise Problem(
            400, "idempotency_key_invalid", f"{IDEMPOTENCY_KEY} takes up to 255 printable characters"
        )
    return key


@dataclass(frozen=True, slots=True)
class Access:
    """Orders as the caller of a request may see them."""

    orders: Orders
    registry: Registry

    def whose(self, request: web.Request) -> tuple[str, Document]:
        """The mini program, and the filter for what the caller may see of it."""
        principal, mini_program_id = principal_of(request), request.match_info["mini_program_id"]
        if principal.has(VIEWER):
            viewer_in(request)
            return mini_program_id, {"openid": principal.openid or ""}
        program = self.registry.get(mini_program_id)
        if program is None or program.owner_id != principal.owner_id:
            raise not_found("the mini program")
        return mini_program_id, {}

    async def visible(self, request: web.Request) -> Document:
        """The order of the path, if the caller may see it."""
        mini_program_id, match = self.whose(request)
        document = await self.orders.document(mini_program_id, request.match_info["order_id"], **match)
        if document is None:
            raise not_found("the order")
        return document

    def owned_id(self, request: web.Request) -> str:
        """The order id of the path, if it is of a mini program of the caller's."""
        order_id = request.match_info["order_id"]
        program = self.registry.get(mini_program_of(order_id) or "")
        if program is None or program.owner_id != principal_of(request).owner_id:
            raise not_found("the order")
        return order_id

    async def document(self, order_id: str) -> Document:
        """The order as it is now, for a caller who has been checked."""
        document = await self.orders.document(mini_program_of(order_id) or "", order_id)
        if document is None:
            raise not_found("the order")
        return document

    async def answer(self, order_id: str, status: int = 200) -> web.Response:
        """The order as it is now, as an answer."""
        return json_response(order_view(await self.document(order_id)), status)
