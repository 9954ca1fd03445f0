"""What a public call is. From the declared calls come routing, scope checks, validation and the OpenAPI document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel

from contracts.api.common import NoQuery
from runtime.web.routes import DEADLINE_SECONDS, MAX_BODY

Service = Literal["gateway", "identity", "catalog", "search", "checkout", "payment", "sharecode"]
Method = Literal["GET", "POST", "PUT", "DELETE"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html"
TEXT = "text/plain"
EVENTS = "text/event-stream"
CSV = "text/csv"

PATIENT_SECONDS = 2 * DEADLINE_SECONDS
"""For calls that wait inside: ten seconds of `?wait`, and the work besides."""
LONG_SECONDS = 55.0
"""For an operator's calls that walk a whole day; a service that is silent for a minute counts as lost."""

_PARAMETER = re.compile(r"\{(\w+)(?::[^}]+)?\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """An answer that is not a success: its status, its stable code, and what it means."""

    status: int
    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Header:
    """A request header that a call reads. `pattern` is what its value must match as a whole."""

    name: str
    pattern: str
    meaning: str
    missing: Fault | None = None
    invalid: Fault | None = None

    @property
    def required(self) -> bool:
        """Whether a call without it is refused."""
        return self.missing is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One public call.

    `service` answers it; `gateway` means that the gateway composes the answer itself. `answer` is the JSON's model, or
    None where `media` is something else. `body` is the JSON's model; `raw` is for a body that only the service reads: its
    content types, each with its model, or None for bytes. `bare` is for a body that may be left out. `own_errors` are error answers by status that are no
    problem documents.
    """

    method: Method
    path: str
    name: str
    summary: str
    tag: str
    scopes: frozenset[str]
    service: Service
    answer: type[BaseModel] | None = None
    media: tuple[str, ...] = (JSON,)
    success: tuple[HTTPStatus, ...] = (HTTPStatus.OK,)
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    bare: bool = False
    raw: tuple[tuple[str, type[BaseModel] | None], ...] = ()
    headers: tuple[Header, ...] = ()
    faults: tuple[Fault, ...] = ()
    own_errors: tuple[tuple[int, type[BaseModel]], ...] = ()
    deadline: float | None = DEADLINE_SECONDS
    max_body: int = MAX_BODY

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def documented_path(self) -> str:
        """The path without the patterns of its parameters."""
        return _PARAMETER.sub(r"{\1}", self.path)

    @property
    def bodies(self) -> tuple[tuple[str, type[BaseModel] | None], ...]:
        """The content types that a body may have, each with its model."""
        return self.raw if self.body is None else ((JSON, self.body),)

    @property
    def streams(self) -> bool:
        """Whether the answer comes bit by bit and may take as long as it needs."""
        return self.deadline is None
