"""Leases of rate limits, asked of identity."""

from __future__ import annotations

from http import HTTPStatus

import aiohttp
from pydantic import ValidationError

from contracts.api.limits import LEASES_PATH, LeaseAnswer, LeaseRequest
from gateway.rate_limits import Lend
from runtime.errors import Unavailable

TIMEOUT = aiohttp.ClientTimeout(total=0.5)
"""A call waits no longer for a lease: then identity counts as away."""


def from_identity(url: str, session: aiohttp.ClientSession) -> Lend:
    """Asks identity at this address."""
    address = url.rstrip("/") + LEASES_PATH

    async def lend(asked: LeaseRequest) -> LeaseAnswer:
        async with session.post(address, json=asked.model_dump(), timeout=TIMEOUT) as answer:
            if answer.status != HTTPStatus.OK:
                raise Unavailable(f"identity answered {answer.status}")
            body = await answer.read()
        try:
            return LeaseAnswer.model_validate_json(body)
        except ValidationError:
            raise Unavailable("the answer is no lease") from None

    return lend
