"""Rate limits: what callers read of them, and the leases by which all gateway processes share one count."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, Request

LimitClass = Literal["read", "write", "search", "order", "scan", "bulk"]
"""The classes of calls. A caller has one token bucket for each."""
PublicClass = Literal["registration", "wrong_secret"]
"""The same for what is done without a token: by address, wrong secrets also by the client that they name."""
LEASES_PATH = "/internal/limits/leases"
"""Served by identity to the gateways, which pass no call with this path on."""
MAX_RATE = 1_000_000
MAX_WINDOW = 86_400
"""Seconds."""


class LimitView(Answer):
    """The caller's token bucket for one class of calls. It holds `per_second` tokens and refills as many each second."""

    name: LimitClass = Field(description="the class of calls, as the header `RateLimit-Policy` names it")
    per_second: int
    remaining: int = Field(
        description="an estimate by the process that answers; other processes spend from it too"
    )


class LimitsView(Answer):
    """The caller's own rate limits."""

    limits: list[LimitView]


class LeaseRequest(Request):
    """Takes tokens out of a bucket that holds `size` tokens, and refills as many each `window` seconds.

    `spent` tokens were used before without asking and are charged in any case.
    """

    key: Annotated[str, Field(min_length=1, max_length=300)]
    size: Annotated[int, Field(ge=1, le=MAX_RATE)]
    window: Annotated[int, Field(ge=1, le=MAX_WINDOW)] = 1
    wanted: Annotated[int, Field(ge=1, le=MAX_RATE)]
    spent: Annotated[int, Field(ge=0, le=MAX_RATE)] = 0


class LeaseAnswer(Answer):
    """The tokens that the gateway may spend: 0 if the bucket is empty. `remaining` are left for all gateways."""

    given: int
    remaining: int
