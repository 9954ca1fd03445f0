"""A check by a provider, over HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Annotated

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from content_check.verdicts import Clock, Finding, Status, Verdict

TIMEOUT = aiohttp.ClientTimeout(total=5)
MAX_ANSWER = 256 * 1024
"""Bytes. A longer answer is cut, and therefore no verdict."""
UNCHECKED = "unchecked"
"""The model of a verdict that no provider gave."""

log = logging.getLogger(__name__)


class _Finding(BaseModel):
    field: Annotated[str, Field(max_length=200)]
    message: Annotated[str, Field(max_length=500)]


class _Answer(BaseModel):
    status: Status
    model: Annotated[str, Field(min_length=1, max_length=100)]
    findings: Annotated[list[_Finding], Field(max_length=100)] = []


class HttpProvider:
    """Asks the provider at `url`."""

    def __init__(self, url: str, session: Callable[[], aiohttp.ClientSession], clock: Clock) -> None:
        self._url = url
        self._session = session
        self._clock = clock

    async def check(self, texts: Mapping[str, str]) -> Verdict:
        """The provider's verdict; `needs_review` if it does not answer, or not with a verdict."""
        try:
            answer = await self._ask(texts)
        except (aiohttp.ClientError, TimeoutError, ValidationError, asyncio.IncompleteReadError) as error:
            log.warning("the content check did not answer", extra={"error": type(error).__name__})
            return Verdict("needs_review", UNCHECKED, self._clock())
        findings = tuple(Finding(one.field, one.message) for one in answer.findings)
        return Verdict(answer.status, answer.model, self._clock(), findings)

    async def _ask(self, texts: Mapping[str, str]) -> _Answer:
        async with self._session().post(
            self._url, json={"texts": dict(texts)}, timeout=TIMEOUT, allow_redirects=False
        ) as answer:
            answer.raise_for_status()
            body = bytearray()
            while len(body) <= MAX_ANSWER and (part := await answer.content.readany()):
                body += part
            return _Answer.model_validate_json(bytes(body[:MAX_ANSWER]))
