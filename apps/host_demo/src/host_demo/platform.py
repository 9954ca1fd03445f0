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
"""A stream sends at least a comment every 15 s."""


@dataclass(frozen=True)
class HostCall:
    """One gateway call for a viewer. `target` is path and query as they are sent."""

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
    streams: aiohttp.ClientSession
    """For calls without an end: its connections are apart, so that open order pages delay no other call."""
    gateway: str
    tokens: HostTokens
    sessions: Sessions
    clock: Clock

    @asynccontextmanager
    async def as_host(self, call: HostCall) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a call with the host's token; the platform keeps the viewer only as a pseudonym."""
        for is_last in (False, True):
            headers = {
                "Authorization": f"Bearer {await self.tokens.token(call.host)}",
                "Anchorage-Viewer": call.viewer,
            }
            async with self._send(call, headers) as answer:
                if answer.status != 401 or is_last:
                    yield answer
                    return
            self.tokens.forget(call.host)

    @asynccontextmanager
    async def as_viewer(self, call: HostCall, mini_program_id: str) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a call with the viewer's session token; a session is opened when there is none."""
        key = (call.host.slug, call.viewer, mini_program_id)
        for is_last in (False, True):
            token = self.sessions.get(key) or await self._open(call.host, call.viewer, mini_program_id)
            async with self._send(call, {"Authorization": f"Bearer {token}"}) as answer:
                if answer.status != 401 or is_last:
                    yield answer
                    return
            self.sessions.forget(key)

    @asynccontextmanager
    async def as_nobody(self, call: HostCall) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to a public call."""
        async with self._send(call, {}) as answer:
            yield answer

    async def enter(
        self, host: Host, viewer: str, mini_program_id: str, entry: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Open a session and keep its token here; returns `openid` and `expires_in`. Raises the gateway's Problem."""
        body = {"mini_program_id": mini_program_id, "host_user_id": viewer, "entry": entry}
        json = {"Content-Type": "application/json"}
        call = HostCall(host, viewer, "POST", "/v1/sessions", json, orjson.dumps(body))
        async with self.as_host(call) as answer:
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
            if refused.status == 422:  # the id in the address is malformed
                raise not_found("this mini program") from None
            raise
        token = self.sessions.get((host.slug, viewer, mini_program_id))
        if token is None:
            raise Problem(503, "unavailable", "the session ended as soon as it began", retry_after=1)
        return token

    def _send(self, call: HostCall, headers: Mapping[str, str]) -> Any:
        session = self.streams if call.seconds is None else self.http
        return session.request(
            call.method,
            URL(self.gateway + call.target, encoded=True),
            headers={**call.headers, **headers, **trace_headers()},
            data=call.body or None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=call.seconds, sock_connect=2, sock_read=SILENCE_SECONDS),
        )
