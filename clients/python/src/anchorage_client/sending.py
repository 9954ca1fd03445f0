"""Sends requests: tries again where that is safe, and raises what the platform refuses."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import Any

import httpx

from anchorage_client.problems import Problem, retry_after

IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
KEY = "Idempotency-Key"
BUSY, UNAVAILABLE = 429, 503
FIRST_PAUSE = 0.5
"""Seconds before the second try; each further pause is twice as long, and at least as long as the platform asks for."""

content_type: ContextVar[str | None] = ContextVar("content_type", default=None)
"""The type of the file that is sent in this context."""


class Sender(httpx.Client):
    """An HTTP client that raises Problem for every error answer.

    A call is tried again, at most `tries` times in all, when the platform was busy, and also when it was unavailable or the
    connection failed if a repeat can do no harm: the method is idempotent, or the call has an Idempotency-Key. A pause that
    would be longer than `patience` seconds ends the tries.
    """

    def __init__(self, *, tries: int, patience: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._tries = tries
        self._patience = patience

    def send(self, request: httpx.Request, **arguments: Any) -> httpx.Response:
        """The answer."""
        if kind := content_type.get():
            request.headers["Content-Type"] = kind
        pause = FIRST_PAUSE
        for tries_left in reversed(range(self._tries)):
            wait = pause
            try:
                response = super().send(request, **arguments)
            except httpx.TransportError:
                if not (tries_left and _is_repeatable(request)):
                    raise
            else:
                if response.is_success:
                    return response
                response.read()
                problem = Problem(response)
                wait = max(pause, retry_after(response) or 0)
                if not (tries_left and _is_worth_a_repeat(request, response)) or wait > self._patience:
                    raise problem
            time.sleep(wait)
            pause *= 2
        raise AssertionError("tries must be at least 1")


def _is_repeatable(request: httpx.Request) -> bool:
    return request.method in IDEMPOTENT or KEY in request.headers


def _is_worth_a_repeat(request: httpx.Request, response: httpx.Response) -> bool:
    if response.status_code == UNAVAILABLE:
        return _is_repeatable(request)
    return response.status_code == BUSY
