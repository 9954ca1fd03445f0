"""Errors as RFC 9457 problem documents with a stable `code`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web
from pydantic import ValidationError

PROBLEM_JSON = "application/problem+json"
TYPE_BASE = "urn:anchorage:problem:"
RETRY_AFTER = "Retry-After"
MAX_ERRORS = 50
"""Fields that an answer names. A body of 1 MiB can have a hundred thousand wrong ones."""
OWN_CHECK = "Value error, "
"""What Pydantic puts before the message of a ValueError that a model's own check raised."""

_TITLES = {
    400: "Bad request", 401: "Not authenticated", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    406: "Not acceptable", 408: "Request timeout", 409: "Conflict", 410: "Gone", 411: "Length required",
    412: "Precondition failed", 413: "Too large", 415: "Unsupported media type", 417: "Expectation failed",
    422: "Wrong content", 429: "Too many requests", 500: "Internal error", 503: "Unavailable", 504: "Gateway timeout",
}  # fmt: skip


class Problem(Exception):
    """An error answer: says what was wrong and what would be right.

    `errors` names the fields at fault as (path, message); `retry_after` is in seconds; `members` are further members of the
    document (RFC 9457, section 3.2).
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.members = dict(members or {})
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers[RETRY_AFTER] = str(retry_after)

    def document(self) -> dict[str, Any]:
        """The problem as JSON types."""
        document: dict[str, Any] = {
            "type": TYPE_BASE + self.code,
            "title": _TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            **self.members,
        }
        if self.errors:
            document["errors"] = [{"field": field, "message": message} for field, message in self.errors]
        return document

    def response(self) -> web.Response:
        """The problem as an HTTP answer."""
        return web.Response(
            status=self.status,
            body=orjson.dumps(self.document()),
            content_type=PROBLEM_JSON,
            headers=self.headers,
        )


ProblemTable = Mapping[type[Exception], Callable[[Any], Problem]]
"""Maps a service's domain errors to problems; base classes are tried after the class itself."""


def problem_for(error: Exception, table: ProblemTable) -> Problem | None:
    """The table's problem for an error; None when it has none."""
    for kind in type(error).__mro__:
        if (to_problem := table.get(kind)) is not None:
            return to_problem(error)
    return None


def not_found(what: str) -> Problem:
    """404, also for what the caller may not see."""
    return Problem(404, "not_found", f"{what[:1].upper()}{what[1:]} was not found.")


def unavailable(detail: str, retry_after: int = 2) -> Problem:
    """503: a dependency is unavailable at the moment."""
    return Problem(503, "unavailable", detail, retry_after=retry_after)


def wrong_content(error: ValidationError, where: str = "") -> Problem:
    """422 that names every wrong field, without repeating what was sent."""
    errors = [
        (where + _path(entry["loc"]), entry["msg"].removeprefix(OWN_CHECK))
        for entry in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return wrong_fields(errors)


def wrong_fields(errors: Sequence[tuple[str, str]]) -> Problem:
    """422 `invalid_content` for (path, message) of each wrong field; the answer names the first MAX_ERRORS."""
    count = "1 field is wrong" if len(errors) == 1 else f"{len(errors)} fields are wrong"
    see = "See `errors`." if len(errors) <= MAX_ERRORS else f"`errors` names the first {MAX_ERRORS}."
    return Problem(422, "invalid_content", f"{count}. {see}", errors=errors[:MAX_ERRORS])


def _path(location: tuple[str | int, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
