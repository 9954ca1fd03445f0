"""What the catalog's calls share: ids in paths, who may see and who may write."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from catalog.application.caller import Caller
from catalog.domain.errors import NotThere, OperatorsOnly, Refused, WrongContent
from contracts.api.common import Id, MiniProgramId
from runtime.web.problems import Problem, not_found
from runtime.web.routes import Handler, principal_of
from runtime.web.tokens import OPS, Principal

_ID: TypeAdapter[str] = TypeAdapter(Id)
_MINI_PROGRAM_ID: TypeAdapter[str] = TypeAdapter(MiniProgramId)


def path_id(request: web.Request, name: str) -> str:
    """An id in the path; one that no thing can have is a 422 to who writes and a 404 to who reads."""
    adapter = _MINI_PROGRAM_ID if name == "mini_program_id" else _ID
    value = request.match_info[name]
    try:
        return adapter.validate_python(value)
    except ValidationError as wrong:
        if request.method == "PUT":
            raise WrongContent((name, wrong.errors()[0]["msg"])) from None
        raise NotThere("this") from None


def caller_of(request: web.Request) -> Caller:
    """Who writes."""
    principal = principal_of(request)
    if principal.has(OPS):
        return Caller(None)
    return Caller(claim(principal, "owner_id"))


def claim(principal: Principal, name: str) -> str:
    """A claim that the token's scope promises; 403 for a token without it."""
    value: Any = getattr(principal, name)
    if not isinstance(value, str):
        raise Problem(403, "wrong_scope", f"the token names no {name}")
    return value


def speaking(handler: Handler) -> Handler:
    """The handler, with the catalog's own errors as problem documents."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except NotThere as missing:
            raise not_found(str(missing)) from None
        except Refused as refused:
            raise Problem(409, refused.code, refused.detail) from None
        except WrongContent as wrong:
            raise Problem(
                422,
                "invalid_content",
                f"{len(wrong.errors)} field(s) are wrong: see errors",
                errors=wrong.errors,
            ) from None
        except OperatorsOnly as refused:
            raise Problem(
                403,
                "operators_only",
                "after the review these are an operator's to change; send them as they are",
                errors=[(name, "only an operator may change this") for name in refused.fields],
            ) from None

    return answered
