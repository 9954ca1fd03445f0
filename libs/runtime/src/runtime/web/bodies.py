"""Request bodies and query strings as models, and models as answers.

What is sent must have the type that the OpenAPI document says: a number in quotes, `1.0` and `true` are not integers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from runtime.acting import because
from runtime.web.problems import Problem, wrong_content, wrong_fields

MAX_PARAMETERS = 64
"""No call has half as many, and a request line has room for 60,000."""
Model = TypeVar("Model", bound=BaseModel)
JSON = "application/json"
UNKNOWN = "application/octet-stream"
"""What a missing Content-Type stands for (RFC 9110, section 8.3), and what some clients send when the caller sets none."""
CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
"""JSON between systems is UTF-8 (RFC 8259, section 8.1), of which ASCII is a part."""
SHOWN = 64
"""Characters of a caller's own key that an answer repeats."""
GIVE_ONCE = "give it once"


class MalformedJson(ValueError):
    """The bytes are not JSON."""


class RepeatedKey(ValueError):
    """An object has the key `key` more than once, so readers may differ in what it says."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key}: {GIVE_ONCE}")
        self.key = key


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """`value` (JSON types, models, datetimes) as the answer."""
    body = (
        value.model_dump_json(exclude_none=False).encode()
        if isinstance(value, BaseModel)
        else orjson.dumps(value)
    )
    return web.Response(status=status, body=body, content_type=JSON, headers=headers)


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """The body as `model`.

    Raises Problem 415 for a content type that says that it is not JSON in UTF-8, 400 for a body that is not JSON, and 422
    for wrong fields and repeated keys.
    """
    return parse_json(request, await request.read(), model)


def parse_json(request: web.Request, body: bytes, model: type[Model]) -> Model:
    """The body of a request, already read, as `model`; raises as `read_json` does."""
    parse_json_types(request, body)
    try:
        parsed = model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise wrong_content(error) from None
    if reason := _reason_in(parsed):
        because(reason)
    return parsed


def _reason_in(body: BaseModel) -> str:
    """Why the caller acts: the `reason` of the body, or its `reasons`, each with the field that is wrong."""
    listed = [
        f"{one.field}: {one.message}" if one.field else one.message for one in getattr(body, "reasons", ())
    ]
    return "; ".join(one for one in (getattr(body, "reason", None), *listed) if one)


def parse_json_types(request: web.Request, body: bytes, *also: str) -> Any:
    """The JSON types in the body of a request; `also` are content types that it may have besides JSON's own.

    Raises Problem 415, 400 and 422 as `read_json` does.
    """
    _check_content_type(request, also)
    try:
        return load_json(body)
    except MalformedJson as error:
        raise Problem(400, "malformed_json", f"{error} Send a JSON object in UTF-8.") from None
    except RepeatedKey as error:
        raise wrong_fields([(error.key, GIVE_ONCE)]) from None


def load_json(body: bytes) -> Any:
    """The JSON types in a body, as RFC 8259 defines them: UTF-8 without a byte order mark, no NaN, no lone surrogate.

    Raises MalformedJson, and RepeatedKey for a key that an object has twice.
    """
    try:
        loaded = orjson.loads(body)
        json.loads(body, object_pairs_hook=_unique, parse_int=str, parse_float=str)
    except RepeatedKey:
        raise
    except RecursionError:
        raise MalformedJson("The body is nested too deeply.") from None
    except ValueError:
        raise MalformedJson("The body is not valid JSON.") from None
    return loaded


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The query string as `model`; raises Problem 422 for wrong or repeated parameters.

    Fields that are numbers need `contracts.api.common.DIGITS`, because parameters are text.
    """
    if request.query_string.count("&") >= MAX_PARAMETERS:
        raise Problem(422, "invalid_content", f"Too many query parameters. Send at most {MAX_PARAMETERS}.")
    pairs = request.query
    repeated = [name for name in set(pairs) if len(pairs.getall(name)) > 1]
    if repeated:
        raise Problem(
            422,
            "invalid_content",
            "A query parameter is repeated. Give each parameter once; see `errors`.",
            errors=[(name, GIVE_ONCE) for name in repeated],
        )
    try:
        return model.model_validate(dict(pairs), strict=True)
    except ValidationError as error:
        raise wrong_content(error) from None


def _check_content_type(request: web.Request, also: Sequence[str]) -> None:
    is_utf8 = (request.charset or "utf-8").lower() in CHARSETS
    if request.content_type not in (*also, JSON, UNKNOWN) or not is_utf8:
        wanted = " or ".join((*also, JSON))
        message = f"The body must be JSON in UTF-8. Send the header Content-Type: {wanted}."
        raise Problem(415, "unsupported_media_type", message)


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) == len(pairs):
        return
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise RepeatedKey(key[:SHOWN])
        seen.add(key)
