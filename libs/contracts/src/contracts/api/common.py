"""Bases of requests and answers, and the shapes that all calls share."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Item = TypeVar("Item")

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
MiniProgramId = Annotated[str, Field(pattern=r"^[a-z0-9]{8,32}$")]
OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Cursor = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[A-Za-z0-9_=.-]+$")]
ShortText = Annotated[
    str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
]
English = Annotated[str, Field(max_length=200, description="the same in English, where there is one")]
Picture = Annotated[str, Field(max_length=1024, pattern=r"^(/media/[A-Za-z0-9._/-]+|https?://[^\s\"<>\\]+)$")]
Query = Annotated[str, Field(max_length=10_000, description="what the viewer typed; any text")]

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class Request(BaseModel):
    """What a caller sends: nothing that is not asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(BaseModel):
    """What we answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _digits(value: object) -> object:
    """Query parameters are text: only plain digits count as a number."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number")
    return value


QueryInt = Annotated[int, BeforeValidator(_digits)]


class PageQuery(Request):
    """Which part of a list: `cursor` from an earlier answer's `next_cursor`, `limit` items at most."""

    cursor: Cursor | None = Field(
        default=None, description="go on after an earlier answer: its `next_cursor`"
    )
    limit: Annotated[QueryInt, Field(ge=1, le=MAX_LIMIT, description="items at most")] = DEFAULT_LIMIT


class NoQuery(Request):
    """A call that takes no query parameters."""


class Page(Answer, Generic[Item]):
    """A part of a list; `next_cursor` is null at the end."""

    items: list[Item]
    next_cursor: str | None = None


class FieldError(Answer):
    """A field at fault."""

    field: str
    message: str


class ProblemDocument(Answer):
    """RFC 9457: what was wrong and what would be right; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None
