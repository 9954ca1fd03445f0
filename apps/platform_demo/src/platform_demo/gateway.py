"""Calls of Anchorage's public gateway with the platform's client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import aiohttp

Json = dict[str, Any]
MARGIN_SECONDS = 30
"""A token is renewed this long before its end."""
TRIES = 5
LONGEST_PAUSE = 30.0
JSON = ("application/json", "application/problem+json")
CALL_SECONDS = aiohttp.ClientTimeout(total=60)


class Away(Exception):
    """Anchorage is unavailable: the same call can succeed later."""


class Refused(Exception):
    """Anchorage refused a call; a repeat would be refused too."""

    def __init__(self, call: str, status: int, code: str, detail: str) -> None:
        super().__init__(f"{call} is refused: {code}. {detail}")
        self.status = status
        self.code = code


@dataclass
class Gateway:
    """The gateway at `url`. A token is requested when it is first needed."""

    http: aiohttp.ClientSession
    url: str
    client_id: str
    client_secret: str
    _token: str = ""
    _good_until: float = 0.0

    async def get(self, path: str, **query: str | int) -> Any:
        """The answer of a GET. Raises Away and Refused."""
        return await self.call("GET", f"{path}?{urlencode(query)}" if query else path)

    async def find(self, path: str) -> Any:
        """The answer of a GET, None if it is 404. Raises Away and Refused."""
        try:
            return await self.get(path)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def pages(self, path: str, **query: str | int) -> AsyncIterator[Json]:
        """All items of a list, page by page. Raises Away and Refused."""
        page = await self.get(path, limit=100, **query)
        while True:
            for item in page["items"]:
                yield item
            if not page["next_cursor"]:
                return
            page = await self.get(path, limit=100, cursor=page["next_cursor"], **query)

    async def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        data: bytes | None = None,
        media: str = "application/json",
        key: str | None = None,
    ) -> Any:
        """One call with `body` as JSON, or with `data`. `key` is its Idempotency-Key. Raises Away and Refused.

        A refused token is renewed once. After a 429 or 503 the call is repeated after the pause that the gateway asks for; TRIES
        calls in all.
        """
        renewed = False
        for _ in range(TRIES):
            headers = {"Authorization": f"Bearer {await self._access_token()}"}
            if key is not None:
                headers["Idempotency-Key"] = key
            if data is not None or media != "application/json":
                headers["Content-Type"] = media
            status, answer, pause = await self._send(method, path, headers, body, data)
            if status < 400:
                return answer
            if status == 401 and not renewed:
                renewed, self._good_until = True, 0.0
            elif status in (429, 503):
                await asyncio.sleep(min(pause, LONGEST_PAUSE))
            elif status >= 500:
                raise Away(f"{method} {path} answered {status}")
            else:
                raise _refused(f"{method} {path}", status, answer)
        raise Away(f"{method} {path} was not answered after {TRIES} tries")

    async def _send(
        self, method: str, path: str, headers: dict[str, str], body: Json | None, data: bytes | None
    ) -> tuple[int, Any, float]:
        """Status, content, and the pause in seconds that the answer asks for."""
        sent: Json = {"json": body} if body is not None else {"data": data}
        try:
            async with self.http.request(
                method, self.url + path, headers=headers, timeout=CALL_SECONDS, **sent
            ) as answer:
                content = await (
                    answer.json(content_type=None) if answer.content_type in JSON else answer.text()
                )
                return answer.status, content, float(answer.headers.get("Retry-After") or 1)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Away(f"{method} {path}: {type(error).__name__}") from error

    async def _access_token(self) -> str:
        """RFC 6749, section 4.4. Raises Away and Refused."""
        if time.monotonic() >= self._good_until:
            form = {
                "grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret,
            }  # fmt: skip
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            status, answer, _ = await self._send("POST", "/v1/token", kind, None, urlencode(form).encode())
            if status >= 500 or status == 429:
                raise Away(f"no token: {status}")
            if status != 200:
                raise _refused("the call for a token", status, answer)
            self._token = answer["access_token"]
            self._good_until = time.monotonic() + max(answer["expires_in"] - MARGIN_SECONDS, 1)
        return self._token


def _refused(call: str, status: int, answer: Any) -> Refused:
    problem = answer if isinstance(answer, dict) else {}
    code = problem.get("code") or problem.get("error") or str(status)
    detail = problem.get("detail") or problem.get("error_description") or ""
    fields = [f"{error['field']}: {error['message']}" for error in problem.get("errors") or ()]
    return Refused(call, status, code, "; ".join([detail, *fields]))
