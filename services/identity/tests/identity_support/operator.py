"""Callers of a running identity."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
import jwt

from contracts.catalog import MiniProgramPublished, MiniProgramState
from runtime.service import Service


@dataclass
class Operator:
    """Calls identity as its first operator."""

    service: Service
    http: aiohttp.ClientSession
    client_id: str
    secret: str

    async def call(self, method: str, path: str, token: str | None = None, **more: Any) -> tuple[int, Any]:
        """Status and JSON of a call."""
        headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        async with self.http.request(method, self.service.url + path, headers=headers, **more) as answer:
            return answer.status, await answer.json(content_type=None)

    async def token(self, client_id: str = "", secret: str = "") -> str:
        """An access token; the operator's own by default."""
        form = {"grant_type": "client_credentials", "client_id": client_id or self.client_id}
        status, body = await self.call(
            "POST", "/v1/token", data=form | {"client_secret": secret or self.secret}
        )
        assert status == 200, body
        return str(body["access_token"])

    async def client(self, scope: str, subject_id: str, **more: Any) -> tuple[str, str]:
        """A new client: its id and secret."""
        client_id, secret = f"c-{secrets.token_hex(6)}", secrets.token_urlsafe(24)
        body = {"name": "test", "scope": scope, "subject_id": subject_id, "client_secret": secret, **more}
        status, answer = await self.call("PUT", f"/v1/ops/clients/{client_id}", await self.token(), json=body)
        assert (status, "client_secret" in answer) == (201, False)
        return client_id, secret

    async def session(self, token: str, program: str, user: str = "u1") -> tuple[int, Any]:
        """A session of a host's user, as the host with this token."""
        body = {"mini_program_id": program, "host_user_id": user, "entry": {"surface": "direct"}}
        return await self.call("POST", "/v1/sessions", token, json=body)


class PublishProgram(Protocol):
    """Publishes a mini program as the catalog would; gives its id."""

    async def __call__(
        self,
        mini_program_id: str = "",
        *,
        hosts: tuple[str, ...] = ("host-1",),
        version: int = 1,
        event: type[MiniProgramState] = MiniProgramPublished,
        state: str = "published",
    ) -> str: ...


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, whose signature is not checked."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims
