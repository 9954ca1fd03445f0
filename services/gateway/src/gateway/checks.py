"""What is checked of a call before anything is done for it: path, headers, query, body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, TypeAdapter, ValidationError

from contracts.api.common import Id, MiniProgramId, OrderId
from contracts.api.settlements import Day
from gateway.calls import Call, Fault, Header
from gateway.headers import VIEWER
from runtime.web.bodies import read_query
from runtime.web.problems import Problem, not_found, wrong_content
from runtime.web.routes import PRINCIPAL
from runtime.web.tokens import Principal

PATHS = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""Of pictures: no segment starts with a dot, so none leads upwards."""
PARAMETERS: dict[str, Any] = {"mini_program_id": MiniProgramId, "order_id": OrderId, "day": Day}
"""Types of path parameters; all others are an Id."""


@dataclass(slots=True)
class Asked:
    """A call that has passed the checks. `body` are the bytes as they came."""

    request: web.Request
    caller: Principal | None
    body: bytes
    model: Any = None
    query: Any = None

    @property
    def principal(self) -> Principal:
        """Who calls; only where the call has scopes."""
        return self.request[PRINCIPAL]

    @property
    def path(self) -> Any:
        """The path's parameters by name."""
        return self.request.match_info

    @property
    def viewer_header(self) -> str | None:
        """The host's user id of who looks, as its host says."""
        return self.request.headers.get(VIEWER.name)


class Checks:
    """The checks of one call, made ready once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._path = [(name, _parameter_check(name)) for name in call.parameters]
        self._headers = [(header, re.compile(header.pattern)) for header in call.headers]
        self._query_required = any(field.is_required() for field in call.query.model_fields.values())
        self._no_query = None if self._query_required else call.query()

    async def __call__(self, request: web.Request) -> Asked:
        """The call, checked; raises Problem for the first thing that is wrong."""
        for name, check in self._path:
            self._check_parameter(name, check, request.match_info[name])
        for header, pattern in self._headers:
            _check_header(header, pattern, request.headers.get(header.name))
        query: BaseModel | None = self._no_query
        if request.query_string or self._query_required:
            query = read_query(request, self._call.query)
        body = await read_body(request, self._call.max_body)
        return Asked(request, request.get(PRINCIPAL), body, self._model(body), query)

    def _check_parameter(self, name: str, check: re.Pattern[str] | TypeAdapter[str], value: str) -> None:
        """What no id can be does not exist; who would create it is told what is wrong with it."""
        if isinstance(check, re.Pattern):
            if check.fullmatch(value) is None:
                raise not_found("this")
            return
        try:
            check.validate_python(value)
        except ValidationError as wrong:
            if self._call.method == "PUT":
                raise wrong_content(wrong, where=name) from None
            raise not_found("this") from None

    def _model(self, body: bytes) -> BaseModel | None:
        model = self._call.body
        if model is None:
            if body and not self._call.raw and body.strip() not in (b"", b"{}"):
                raise Problem(422, "invalid_content", "this call takes no body")
            return None
        if not body and self._call.bare:
            return model()
        return parse(body, model)


def parse(body: bytes, model: type[BaseModel]) -> BaseModel:
    """The body as `model`; raises Problem 400 for what is not JSON and 422 for wrong fields.

    The content type is not asked: a bearer token cannot be sent by another site's form, and many clients forget it.
    """
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed_json", "the body is not JSON; send a JSON object in UTF-8") from None
    try:
        return model.model_validate_json(body)
    except ValidationError as wrong:
        raise wrong_content(wrong) from None


async def read_body(request: web.Request, limit: int) -> bytes:
    """The body; raises Problem 413 as soon as there is more than `limit`, also where no length was said."""
    if not request.can_read_body:
        return b""
    if request.content_length is not None:
        return await request.read()  # the boundary has compared the length with the limit
    parts, size = [], 0
    async for part in request.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > limit:
            raise Problem(413, "too_large", f"the body may have {limit} bytes at most")
    return b"".join(parts)


def _parameter_check(name: str) -> re.Pattern[str] | TypeAdapter[str]:
    return PATHS if name == "path" else TypeAdapter(PARAMETERS.get(name, Id))


def _check_header(header: Header, pattern: re.Pattern[str], value: str | None) -> None:
    if not value:
        if header.missing is not None:
            raise _problem(header.missing, header, "is missing")
    elif header.invalid is not None and pattern.fullmatch(value) is None:
        raise _problem(header.invalid, header, "has a value that it cannot have")


def _problem(fault: Fault, header: Header, message: str) -> Problem:
    detail = f"the header {header.name} {message}: send {header.meaning}"
    return Problem(fault.status, fault.code, detail, errors=[(header.name, message)])
