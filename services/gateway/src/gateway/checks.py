"""Checks of a call's path, headers, query and body, before anything is done for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from gateway.bodies import Charge, read_body
from gateway.calls import JSON, Call
from gateway.headers import VIEWER_HEADER
from gateway.path_parameters import path_parameter
from runtime.web.bodies import parse_json, read_query
from runtime.web.problems import Problem
from runtime.web.routes import MAX_BODY, PRINCIPAL
from runtime.web.tokens import Principal


@dataclass(slots=True)
class CheckedRequest:
    """A request that has passed the checks. `body` holds its bytes; `model` and `query` are parsed from it.

    The body of an upload is still unread: it is None here.
    """

    http: web.Request
    body: bytes | None
    model: Any = None
    query: Any = None

    @property
    def principal(self) -> Principal:
        """The caller; only for calls with scopes."""
        return self.http[PRINCIPAL]

    @property
    def path(self) -> Any:
        """The path parameters by name."""
        return self.http.match_info

    @property
    def host_user_id(self) -> str | None:
        """The host's user id of the viewer, if the host sent it."""
        return self.http.headers.get(VIEWER_HEADER.name)


class Checks:
    """The checks of one call, prepared once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._path = [path_parameter(name) for name in call.parameters]
        self._query_required = any(field.is_required() for field in call.query.model_fields.values())
        self._no_query = None if self._query_required else call.query()

    async def __call__(self, request: web.Request, charge: Charge) -> CheckedRequest:
        """The request, checked, with its body charged; raises Problem for the first check that fails."""
        for parameter in self._path:
            parameter.check(self._call, request.match_info[parameter.name])
        for header in self._call.headers:
            header.check(request)
        query: BaseModel | None = self._no_query
        if request.query_string or self._query_required:
            query = read_query(request, self._call.query)
        if self._call.takes_uploads and request.content_type != JSON:
            return CheckedRequest(request, None, None, query)
        body = await read_body(request, min(self._call.max_body, MAX_BODY), charge)
        return CheckedRequest(request, body, self._model(request, body), query)

    def _model(self, request: web.Request, body: bytes) -> BaseModel | None:
        model = self._call.body
        if model is None:
            if body and not self._call.raw and body.strip() not in (b"", b"{}"):
                raise Problem(422, "invalid_content", "This call takes no body. Send none, or {}.")
            return None
        if not body and self._call.body_optional:
            return model()
        return parse_json(request, body, model)
