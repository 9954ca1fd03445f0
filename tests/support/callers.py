"""Callers of the gateway who know the promised calls only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from support.access import token_of
from support.eventually import eventually

SECONDS = 20


@dataclass
class Caller:
    """Somebody with a token; None has none."""

    http: aiohttp.ClientSession
    gateway: str
    token: str | None

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """The status, and the answer: its JSON, or its bytes."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        content: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.http.request(method, self.gateway + path, headers=sent, **content) as answer:
            found = await answer.read()
            return answer.status, json.loads(found) if answer.content_type.endswith("json") else found

    async def must(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a call that must succeed."""
        status, answer = await self.call(method, path, body, **headers)
        assert status < 300, (method, path, status, answer)
        return answer

    async def soon(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to a call that must succeed within SECONDS: what was changed before may be on its way to some services."""

        async def succeeds() -> Any:
            return (await self.must(method, path, body, **headers),)

        return (await eventually(succeeds, SECONDS, f"{method} {path}"))[0]

    def with_token(self, token: str | None) -> Caller:
        """Somebody else."""
        return Caller(self.http, self.gateway, token)

    async def client(self, joined: Mapping[str, Any]) -> Caller:
        """Acts for whoever got this client."""
        return self.with_token(await token_of(joined, self.gateway, self.http))


def cny(amount: int) -> dict[str, Any]:
    """Money in minor units."""
    return {"amount": amount, "currency": "CNY"}
