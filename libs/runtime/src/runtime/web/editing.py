"""Objects that people edit: their version as an ETag, `If-Match` (RFC 9110, section 13.1.1), and merge patches (RFC 7396)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from aiohttp import web
from pydantic import BaseModel, ValidationError

from runtime.web.bodies import JSON, json_response, parse_json, parse_json_types
from runtime.web.problems import Problem, wrong_content, wrong_fields

Model = TypeVar("Model", bound=BaseModel)
MERGE_PATCH = "application/merge-patch+json"
ETAG = "ETag"
IF_MATCH = "If-Match"
VERSION_TAG = r'\*|(W/)?"(0|[1-9][0-9]{0,17})"'
"""One version, or `*` for any. `W/` is accepted, because compression makes every tag weak; lists are refused."""
_VERSION_TAG = re.compile(VERSION_TAG)


def edited_response(view: BaseModel, version: int, status: int = 200) -> web.Response:
    """An object that people edit, with its version as `ETag`."""
    return json_response(view, status, headers={ETAG: f'"{version}"'})


def expected_version(request: web.Request) -> int | None:
    """The version in `If-Match`; None if the caller takes any. Raises Problem 400 for a malformed one."""
    tag = request.headers.get(IF_MATCH)
    if tag is None or tag.strip() == "*":
        return None
    if _VERSION_TAG.fullmatch(tag.strip()) is None:
        message = f'{IF_MATCH} must be one version in quotes, as ETag gives it, such as "3", or *.'
        raise Problem(400, "malformed_version", message, errors=[(IF_MATCH, message)])
    return int(tag.strip().removeprefix("W/").strip('"'))


def version_conflict(present: int) -> Problem:
    """412: the object has another version than the caller expects; the document has the present one as `version`."""
    return Problem(
        412,
        "version_conflict",
        f"The present version is {present}. Read the object again, and send your change with its version.",
        headers={ETAG: f'"{present}"'},
        members={"version": present},
    )


@dataclass(frozen=True, slots=True)
class MergePatch:
    """What a caller wants to change."""

    changes: dict[str, Any]

    def apply_to(self, current: Model) -> Model:
        """`current` with the changes, as strictly checked as a whole body; raises Problem 422 that names wrong fields."""
        merged = merge(current.model_dump(mode="json"), self.changes)
        try:
            return type(current).model_validate_json(orjson.dumps(merged), strict=True)
        except ValidationError as error:
            raise wrong_content(error) from None


async def read_patch(
    request: web.Request, model: type[BaseModel], not_yours: Collection[str] = ()
) -> MergePatch:
    """The body as a merge patch of a `model`.

    Raises Problem 403 `not_your_field` for fields in `not_yours` (`a.b` is a field inside an object), 422 for unknown ones,
    and what `read_json` raises for a body that is not JSON.
    """
    changes = parse_json_types(request, await request.read(), MERGE_PATCH)
    if not isinstance(changes, dict):
        raise wrong_fields([("", "a merge patch is a JSON object with the fields to change")])
    _check_own(changes, not_yours)
    if unknown := [field for field in changes if field not in model.model_fields]:
        raise wrong_fields([(field[:64], "there is no such field") for field in unknown])
    return MergePatch(changes)


async def read_own(request: web.Request, model: type[Model], not_yours: Collection[str]) -> Model:
    """The body as `model`; raises as `read_json` does, and Problem 403 `not_your_field` for fields in `not_yours`."""
    body = await request.read()
    _check_own(parse_json_types(request, body), not_yours)
    return parse_json(request, body, model)


def not_your_field(*fields: str) -> Problem:
    """403: the fields exist, and somebody else decides on them."""
    return Problem(
        403,
        "not_your_field",
        f"You may not set {', '.join(fields)}. Leave out what `errors` names.",
        errors=[(field, "is not yours to set") for field in fields],
    )


def merge(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2: objects are merged, null removes a member, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _check_own(body: Any, not_yours: Collection[str]) -> None:
    if foreign := [field for field in not_yours if _names(body, field)]:
        raise not_your_field(*foreign)


def _names(changes: Any, field: str) -> bool:
    name, _, rest = field.partition(".")
    if not isinstance(changes, dict) or name not in changes:
        return False
    return not rest or _names(changes[name], rest)


PATCH_TYPES = (MERGE_PATCH, JSON)
"""The content types of a patch; plain JSON means the same."""
