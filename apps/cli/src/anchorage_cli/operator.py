"""Calls as an operator: gateway and credentials come from options, ANCHORAGE_* variables or `demo.json`."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from anchorage_cli.errors import Refused
from anchorage_cli.installation import DEMO_FILE, read_demo

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """Calls the gateway at `gateway`, or any service that accepts its token."""

    gateway: str
    http: aiohttp.ClientSession
    headers: dict[str, str]

    async def call(self, method: str, url: str, body: Json | None = None) -> Json:
        """The JSON of a successful answer. Raises Refused."""
        return await _answer(self.http, method, url, headers=self.headers, json=body)


@asynccontextmanager
async def operator(gateway: str | None, patience: aiohttp.ClientTimeout) -> AsyncIterator[Operator]:
    """An operator with a fresh token. Raises Refused."""
    demo = read_demo() if DEMO_FILE.exists() else {}
    address = gateway or os.environ.get("ANCHORAGE_PUBLIC_URL") or demo.get("gateway")
    known = demo.get("ops", {})
    client_id = os.environ.get("ANCHORAGE_OPS_CLIENT_ID", known.get("client_id"))
    secret = os.environ.get("ANCHORAGE_OPS_CLIENT_SECRET", known.get("client_secret"))
    if not address or not client_id or not secret:
        raise Refused(
            "the gateway's address or the operator's client is unknown: start the demo with `make run`, or set "
            "ANCHORAGE_PUBLIC_URL, ANCHORAGE_OPS_CLIENT_ID and ANCHORAGE_OPS_CLIENT_SECRET"
        )
    async with aiohttp.ClientSession(timeout=patience) as http:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
        token = await _answer(http, "POST", f"{address}/v1/token", data=form)
        yield Operator(address, http, {"Authorization": f"Bearer {token['access_token']}"})


async def _answer(http: aiohttp.ClientSession, method: str, url: str, **sent: Any) -> Json:
    async with http.request(method, url, **sent) as answer:
        body: Json = await answer.json(content_type=None)
        if answer.status >= 400:
            raise Refused(f"{body.get('detail') or body} ({answer.status} from {url})")
        return body
