"""Request bodies and query strings as models, and models as answers."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from runtime.web.problems import Problem, wrong_content

MAX_PARAMETERS = 64
"""No call has half as many, and a request line has room for 60,000."""
Model = TypeVar("Model", bound=BaseModel)


def json_response(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """`value` (JSON types, models, datetimes) as the answer."""
    body = (
        value.model_dump_json(exclude_none=False).encode()
        if isinstance(value, BaseModel)
        else orjson.dumps(value)
    )
    return web.Response(status=status, body=body, content_type="application/json", headers=headers)


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """The body as `model`; raises Problem 400 for a body that is not JSON and 422 for wrong fields."""
    return parse_json(await request.read(), model)


def parse_json(body: bytes, model: type[Model]) -> Model:
    """The bytes of a body as `model`; raises Problem 400 for bytes that are not JSON and 422 for wrong fields.

    The content type is not checked: a bearer token cannot be sent by another site's form, and many clients forget it.
    """
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(
            400, "malformed_json", "The body is not valid JSON. Send a JSON object in UTF-8."
        ) from None
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise wrong_content(error) from None


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The query string as `model`; raises Problem 422 for wrong or repeated parameters."""
    if request.query_string.count("&") >= MAX_PARAMETERS:
        raise Problem(422, "invalid_content", f"Too many query parameters. Send at most {MAX_PARAMETERS}.")
    pairs = request.query
    repeated = [name for name in set(pairs) if len(pairs.getall(name)) > 1]
    if repeated:
        raise Problem(
            422,
            "invalid_content",
            "A query parameter is repeated. Give each parameter once; see `errors`.",
            errors=[(name, "give it once") for name in repeated],
        )
    try:
        return model.model_validate(dict(pairs))
    except ValidationError as error:
        raise wrong_content(error) from None
