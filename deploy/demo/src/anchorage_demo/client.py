"""Calls through the gateway in the name of any of the demo's clients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

Json = dict[str, Any]
SecretOf = Callable[[str], str]
"""Returns a client's secret by the client's id, the same at each start."""


class CallFailed(Exception):
    """A call did not succeed; the text says which and why."""

    def __init__(self, call: str, status: int, body: str) -> None:
        super().__init__(f"{call} answered {status}: {body[:500]}")
        self.status = status


@dataclass
class GatewayClient:
    """Sends requests to `gateway`; takes and keeps a token for each client."""

    gateway: str
    ops_client_id: str
    secret_of: SecretOf
    session: aiohttp.ClientSession
    _tokens: dict[str, str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, body: Json | None = None, *, client: str | None = None
    ) -> Any:
        """One call as `client`, by default as the operator. Raises CallFailed unless it succeeds."""
        headers = {"Authorization": f"Bearer {await self._token(client or self.ops_client_id)}"}
        async with self.session.request(method, self.gateway + path, json=body, headers=headers) as answer:
            if answer.status >= 400:
                raise CallFailed(f"{method} {path}", answer.status, await answer.text())
            return await answer.json() if answer.content_type == "application/json" else None

    async def find(self, path: str, *, client: str | None = None) -> Any:
        """The answer of a GET, or None where it is 404. Raises CallFailed."""
        try:
            return await self.call("GET", path, client=client)
        except CallFailed as failed:
            if failed.status == 404:
                return None
            raise

    async def is_accepted(self, client: str) -> bool:
        """Whether identity knows the client with this secret."""
        try:
            await self._token(client)
        except CallFailed as failed:
            if failed.status == 401:
                return False
            raise
        return True

    async def _token(self, client_id: str) -> str:
        if client_id not in self._tokens:
            form = {
                "grant_type": "client_credentials", "client_id": client_id, "client_secret": self.secret_of(client_id),
            }  # fmt: skip
            async with self.session.post(self.gateway + "/v1/token", data=form) as answer:
                if answer.status != 200:
                    raise CallFailed(f"the token call of {client_id}", answer.status, await answer.text())
                self._tokens[client_id] = (await answer.json())["access_token"]
        return self._tokens[client_id]
