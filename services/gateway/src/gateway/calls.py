"""The declaration of a public call. Routing, scope checks, validation and the OpenAPI document are made from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from aiohttp import web
from pydantic import BaseModel

from contracts.api.common import NoQuery
from contracts.api.limits import LimitClass, PublicClass
from runtime.web.routes import DEADLINE_SECONDS, MAX_BODY, admitted_roles

Service = Literal[
    "gateway", "identity", "catalog", "search", "checkout", "payment", "sharecode", "webhooks", "feeds"
]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html"
TEXT = "text/plain"
EVENTS = "text/event-stream"
CSV = "text/csv"
JSON_LINES = "application/jsonl"

WAITING_SECONDS = 2 * DEADLINE_SECONDS
"""Deadline of calls that wait for something, such as `?wait=10`, in addition to their work."""
LONG_SECONDS = 55.0
"""Deadline of operators' calls that process a whole day. Must stay below the 60 s after which a silent service is lost."""

_PARAMETER = re.compile(r"\{(\w+)(?::[^}]+)?\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A documented error answer: its status, its stable code, and what the code means."""

    status: int
    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Header:
    """A request header that a call reads.

    `check` raises Problem for a wrong value; `faults` and `pattern`, which the whole value must match, document it.
    """

    name: str
    pattern: str
    meaning: str
    check: Callable[[web.Request], object]
    faults: tuple[Fault, ...]
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One public call.

    `service` answers it; `gateway` means that the gateway composes the answer. `answer` is the model of a JSON answer.
    `body` is the model of a JSON body, which `body_optional` lets the caller leave out. `raw` is for a body that only the
    service reads: its content types, each with its model, or None for bytes. `faults` are the errors of this call beyond
    those that `faults_of` adds; `roles` may call it besides `admin` (by default: every role for GET, none for other methods); `own_errors` are errors, by status, that are not problem documents. `names_client` is set for
    a public call whose body names the client. `limit` is the class of its rate limit (by default `read` for GET, otherwise
    `write`); `is_limited` is False for what the runtime serves in every process. A suspended owner may read, and change
    something only by a call with `while_suspended`.
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
    body_optional: bool = False
    raw: tuple[tuple[str, type[BaseModel] | None], ...] = ()
    headers: tuple[Header, ...] = ()
    faults: tuple[Fault, ...] = ()
    own_errors: tuple[tuple[int, type[BaseModel]], ...] = ()
    names_client: bool = False
    deadline: float | None = DEADLINE_SECONDS
    max_body: int = MAX_BODY
    roles: frozenset[str] | None = None
    limit: LimitClass | PublicClass | None = None
    is_limited: bool = True
    while_suspended: bool = False

    @property
    def limit_class(self) -> LimitClass | PublicClass:
        """The class of calls whose rate limit this call spends from."""
        return self.limit or ("read" if self.method == "GET" else "write")

    @property
    def admitted_roles(self) -> frozenset[str]:
        """The client's roles that may call it."""
        return admitted_roles(self.method, self.roles)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path parameters."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def documented_path(self) -> str:
        """The path without the patterns of its parameters, as OpenAPI writes it."""
        return _PARAMETER.sub(r"{\1}", self.path)

    @property
    def bodies(self) -> tuple[tuple[str, type[BaseModel] | None], ...]:
        """The content types of a body, each with its model."""
        return self.raw if self.body is None else ((JSON, self.body),)

    @property
    def takes_uploads(self) -> bool:
        """Whether a body may be large. It is then passed on while it arrives, unless it is JSON."""
        return self.max_body > MAX_BODY

    @property
    def streams(self) -> bool:
        """Whether the answer is passed on while it arrives, without a deadline."""
        return self.deadline is None
