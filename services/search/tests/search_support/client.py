"""A host's client for a running search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import aiohttp

from search.settings import Settings
from support.issuer import Issuer


@dataclass
class HostClient:
    """Calls a running search with a host's token."""

    url: str
    http: aiohttp.ClientSession
    issuer: Issuer

    async def get(self, path: str, host: str = "app", **params: str) -> tuple[int, Any]:
        """Status and body of the answer."""
        headers = self.issuer.headers("host", host_id=host)
        async with self.http.get(self.url + path, params=params, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def products(self, q: str) -> list[str]:
        """The ids of the products that the column shows."""
        status, body = await self.get("/v1/search", q=q, limit="100")
        assert status == 200, body
        return [p["product_id"] for p in body["products"]]

    async def start_rebuild(self, scope: str = "ops") -> int:
        """The status of the answer."""
        path, headers = f"{self.url}/v1/ops/search/rebuild", self.issuer.headers(scope)
        async with self.http.post(path, headers=headers) as answer:
            return answer.status


RunSearch = Callable[..., AbstractAsyncContextManager[HostClient]]
"""Runs a service, with the given settings or the fixture's."""
Publish = Callable[..., Awaitable[None]]
"""Publishes events in their producers' names."""


def current_generation(settings: Settings) -> str:
    """The name of the generation that answers."""
    return (settings.search_dir / "current").read_text(encoding="utf-8")
