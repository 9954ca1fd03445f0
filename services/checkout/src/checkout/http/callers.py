"""The caller of a request, as the use cases know them."""

from __future__ import annotations

from aiohttp import web

from checkout.application.access import Buyer, Caller, Operator, Owner, Seller
from checkout.domain.errors import MiniProgramNotFound
from runtime.web.routes import principal_of
from runtime.web.tokens import ADMIN, OPS, ORDERS, OWNER, VIEWER


def buyer_of(request: web.Request) -> Buyer:
    """The viewer whose token it is. Raises MiniProgramNotFound for any mini program in the path but their own."""
    principal = principal_of(request)
    mini_program_id = request.match_info["mini_program_id"]
    if principal.mini_program_id != mini_program_id:
        raise MiniProgramNotFound(mini_program_id)
    return Buyer(
        mini_program_id,
        openid=principal.openid or "",
        host_id=principal.host_id or "",
        viewer=principal.viewer or "",
        surface=principal.surface,
        click_id=principal.click_id,
        return_origins=principal.return_origins,
    )


def owner_of(request: web.Request) -> Owner:
    return Owner(principal_of(request).owner_id)


def seller_of(request: web.Request) -> Seller:
    """For calls that owners and operators share."""
    return Operator(principal_of(request).subject) if is_operator(request) else owner_of(request)


def is_operator(request: web.Request) -> bool:
    return principal_of(request).has(OPS)


def sees_address(request: web.Request, *, reason: str | None = None) -> bool:
    """Buyers see their address; of an owner's clients, those that send goods; of operators' too, if they say why."""
    principal = principal_of(request)
    sends_goods = principal.role in (ADMIN, ORDERS)
    return principal.has(VIEWER) or (sends_goods and (principal.has(OWNER) or reason is not None))


def caller_of(request: web.Request) -> Caller:
    """For calls that buyers and owners share."""
    return buyer_of(request) if principal_of(request).has(VIEWER) else owner_of(request)
