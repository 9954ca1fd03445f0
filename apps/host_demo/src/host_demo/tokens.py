"""The hosts' access tokens: requested when first needed, renewed before they expire, never sent to a browser."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp

from host_demo.settings import Host
from runtime.clock import Clock
from runtime.web.problems import unavailable

MARGIN = timedelta(seconds=30)
"""A token is renewed this long before its end, so that none expires in flight."""


@dataclass(frozen=True)
class Token:
    """A bearer token and when to stop using it."""

    value: str
    good_until: datetime


@dataclass
class HostTokens:
    """OAuth 2 client credentials against the gateway, one token for each host."""

    http: aiohttp.ClientSession
    gateway: str
    clock: Clock
    _tokens: dict[str, Token] = field(default_factory=dict)
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def token(self, host: Host) -> str:
        """A valid token. Raises Problem 503 while the gateway gives none, e.g. before the demo is loaded."""
        async with self._turns.setdefault(host.slug, asyncio.Lock()):
            known = self._tokens.get(host.slug)
            if known is None or known.good_until <= self.clock():
                known = self._tokens[host.slug] = await self._get(host)
            return known.value

    def forget(self, host: Host) -> None:
        """The token was refused: request a new one next time."""
        self._tokens.pop(host.slug, None)

    async def _get(self, host: Host) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": host.client_id,
            "client_secret": host.client_secret.get_secret_value(),
        }
        async with self.http.post(f"{self.gateway}/v1/token", data=form) as answer:
            if answer.status != 200:
                raise unavailable(
                    "the gateway does not know this host yet; is the demo being loaded?", retry_after=3
                )
            given = await answer.json()
        lasts = max(timedelta(seconds=given["expires_in"]) - MARGIN, timedelta(seconds=1))
        return Token(given["access_token"], self.clock() + lasts)
