"""What the catalog's routes share: ids in paths, and the caller."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from catalog.application.caller import Caller
from catalog.domain.errors import NotFound, WrongContent
from contracts.api.common import Id, MiniProgramId
from runtime.web.problems import Problem
from runtime.web.routes import principal_of
from runtime.web.tokens import OPS, Principal

_ID: TypeAdapter[str] = TypeAdapter(Id)
_MINI_PROGRAM_ID: TypeAdapter[str] = TypeAdapter(MiniProgramId)


def path_id(request: web.Request, name: str) -> str:
    """An id in the path. A malformed one is 422 for a PUT, which would create it, and 404 for other calls."""
    adapter = _MINI_PROGRAM_ID if name == "mini_program_id" else _ID
    value = request.match_info[name]
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        if request.method == "PUT":
            raise WrongContent((name, error.errors()[0]["msg"])) from None
        raise NotFound("this") from None


def caller_of(request: web.Request) -> Caller:
    """The owner or operator who calls."""
    principal = principal_of(request)
    if principal.has(OPS):
        return Caller(None)
    return Caller(claim(principal, "owner_id"))


def host_of(request: web.Request) -> str:
    """The host that calls."""
    return claim(principal_of(request), "host_id")


def claim(principal: Principal, name: str) -> str:
    """A claim that the token's scope promises; 403 for a token without it."""
    value: Any = getattr(principal, name)
    if not isinstance(value, str):
        raise Problem(403, "wrong_scope", f"The token has no {name}.")
    return value
