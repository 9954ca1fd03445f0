"""Base classes of requests and answers, shared field types, pages, and the problem document."""

from __future__ import annotations

import re
from copy import copy
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
)

from contracts.api.visible import Visible

Item = TypeVar("Item")

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_:-][A-Za-z0-9_.:-]*$")]
"""An id is part of paths, so it never starts with a dot: `..` would lead elsewhere."""
MiniProgramId = Annotated[str, Field(pattern=r"^[a-z0-9]{8,32}$")]
OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Cursor = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[A-Za-z0-9_=.-]+$")]
CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff"
PRINTABLE = rf"^[^{CONTROL}]*$"
"""Any text without control characters; tabs and line ends are allowed. The characters that turn the direction of what follows are
control characters too: with them, a name reads otherwise than it is compared (https://trojansource.codes/)."""
ShortText = Annotated[str, Field(min_length=1, max_length=200, pattern=PRINTABLE), Visible]
English = Annotated[
    str, Field(max_length=200, pattern=PRINTABLE, description="the same text in English, or empty")
]
FILE_NAME = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
MEDIA_PATH = f"{FILE_NAME}(/{FILE_NAME})*"
"""The path of a file under `/media/`. No name starts with a dot, so no path leads to a parent folder."""
Picture = Annotated[str, Field(max_length=1024, pattern=rf"^(/media/{MEDIA_PATH}|https?://[^\s\"<>\\]+)$")]
Query = Annotated[str, Field(max_length=10_000, description="the text that the viewer typed")]

MAX_LINES = 50
"""Lines of an order, and so of a cart and of a parcel."""
DEFAULT_LIMIT = 20
MAX_LIMIT = 100
MAX_TIME = 40
"""Characters of a time in a query."""
MAX_DIGITS = 18
"""Of a number in a query: what a signed 64-bit integer holds."""


class Request(BaseModel):
    """What a caller sends. Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def patch_of(model: type[Request]) -> type[Request]:
    """A merge patch (RFC 7396) of `model`, for documents: each field may be left out."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        optional = copy(field)
        optional.default, optional.default_factory = None, None
        optional.json_schema_extra = _without_default
        fields[name] = (field.annotation, optional)
    return create_model(f"{model.__name__}Patch", __base__=Request, __doc__=model.__doc__, **fields)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class Answer(BaseModel):
    """What the platform answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _number(value: object) -> object:
    """The number in a query parameter, which is text. Refuses `1e1`, ` 1`, `+1`, `1_000` and digits of other scripts."""
    if not isinstance(value, str):
        return value
    if not (value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS):
        raise ValueError("must be a whole number of digits only, such as 20")
    return int(value)


DIGITS = BeforeValidator(_number)
"""For numbers in a query. Stands after Field(), so that the limits become part of the JSON Schema."""


class PageQuery(Request):
    """Which part of a list to answer."""

    cursor: Cursor | None = Field(
        default=None, description="`next_cursor` of the answer before; leave it out for the first page"
    )
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="maximum number of items"), DIGITS] = (
        DEFAULT_LIMIT
    )


_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def _moment(value: object) -> object:
    """The moment in a text with a date, a time and an offset. `fromisoformat` alone would take much more than RFC 3339."""
    if isinstance(value, datetime):
        return value
    try:
        if not isinstance(value, str) or len(value) > MAX_TIME or _RFC_3339.fullmatch(value) is None:
            raise ValueError
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("must be a time with its offset (RFC 3339), such as 2026-05-04T12:00:00Z") from None


UtcTime = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": MAX_TIME}),
]
"""A moment that a caller sends, as UTC."""


class ChangesQuery(PageQuery):
    """Which part of a list to answer, by id or by time of change."""

    updated_since: UtcTime | None = Field(
        default=None,
        description="only what changed at this time or later, in the order of the last change",
    )


class NoQuery(Request):
    """A call that takes no query parameters."""


class Page(Answer, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None = None


class FieldError(Answer):
    """One wrong field or header."""

    field: str
    message: str


class ProblemDocument(Answer):
    """An error (RFC 9457): what is wrong and what would be right. Programs should test `code`, which is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None
