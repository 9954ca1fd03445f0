"""Calls to the gateway as a host's server makes them: with the host's token, or with a viewer's session token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import orjson
from yarl import URL

from host_demo.settings import Host
from host_demo.tokens import MARGIN, HostTokens, Token
from host_demo.viewers import Sessions
from runtime.clock import Clock
from runtime.web.client import trace_headers
from runtime.web.problems import Problem, not_found

DIRECT = {"surface": "direct"}
SILENCE_SECONDS = 60
"""A stream says something every 15 s."""


@dataclass(frozen=True)
class Asked:
    """One call of the gateway on a viewer's behalf. `target` is path and query, as they go on the wire."""

    host: Host
    viewer: str
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    seconds: float | None = 10


@dataclass
class Platform:
    """The gateway, seen from this host's server."""

    http: aiohttp.ClientSession
    gateway: str
    tokens: HostTokens
    sessions: Sessions
    clock: Clock

    @asynccontextmanager
    async def as_host(self, asked: Asked) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a call with the host's token; the platform learns who looks, as a pseudonym only."""
        for is_last in (False, True):
            headers = {
                "Authorization": f"Bearer {await self.tokens.token(asked.host)}",
                "Anchorage-Viewer": asked.viewer,
            }
            async with self._send(asked, headers) as answer:
                if answer.status != 401 or is_last:
                    yield answer
                    return
            self.tokens.forget(asked.host)

    @asynccontextmanager
    async def as_viewer(self, asked: Asked, mini_program_id: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a call with the viewer's session token there; a session is opened where there is none."""
        key = (asked.host.slug, asked.viewer, mini_program_id)
        for is_last in (False, True):
            token = self.sessions.get(key) or await self._open(asked.host, asked.viewer, mini_program_id)
            async with self._send(asked, {"Authorization": f"Bearer {token}"}) as answer:
                if answer.status != 401 or is_last:
                    yield answer
                    return
            self.sessions.forget(key)

    @asynccontextmanager
    async def as_nobody(self, asked: Asked) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a public call."""
        async with self._send(asked, {}) as answer:
            yield answer

    async def enter(
        self, host: Host, viewer: str, mini_program_id: str, entry: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Open a session and keep its token here; answers `openid` and `expires_in`. Raises the gateway's Problem."""
        body = {"mini_program_id": mini_program_id, "host_user_id": viewer, "entry": entry}
        json = {"Content-Type": "application/json"}
        asked = Asked(host, viewer, "POST", "/v1/sessions", json, orjson.dumps(body))
        async with self.as_host(asked) as answer:
            content = orjson.loads(await answer.read())
            if answer.status != 201:
                raise Problem(answer.status, content.get("code", "refused"), content.get("detail", "refused"))
        good_until = self.clock() + timedelta(seconds=content["expires_in"]) - MARGIN
        self.sessions.put((host.slug, viewer, mini_program_id), Token(content["session_token"], good_until))
        return {"openid": content["openid"], "expires_in": content["expires_in"]}

    async def _open(self, host: Host, viewer: str, mini_program_id: str) -> str:
        try:
            await self.enter(host, viewer, mini_program_id, DIRECT)
        except Problem as refused:
            if refused.status == 422:  # the address names what cannot be a mini program's id
                raise not_found("this mini program") from None
            raise
        token = self.sessions.get((host.slug, viewer, mini_program_id))
        if token is None:
            raise Problem(503, "unavailable", "the session ended as soon as it began", retry_after=1)
        return token

    def _send(self, asked: Asked, headers: Mapping[str, str]) -> Any:
        return self.http.request(
            asked.method,
            URL(self.gateway + asked.target, encoded=True),
            headers={**asked.headers, **headers, **trace_headers()},
            data=asked.body or None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=asked.seconds, sock_connect=2, sock_read=SILENCE_SECONDS),
        )
