"""An owner's calls, for tests that watch a viewer's screen at the same time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from support.access import token_of
from support.phone import mini_program_of


@asynccontextmanager
async def office(demo: dict[str, Any], path: str) -> AsyncIterator[tuple[ClientSession, str]]:
    """The owner's calls, and the address of the order on this page."""
    shop = mini_program_of(path)
    owner = next(known for known in demo["owners"] if shop in known["mini_program_ids"])
    async with ClientSession(demo["gateway"]) as session:
        session.headers["Authorization"] = f"Bearer {await token_of(owner, demo['gateway'], session)}"
        yield session, f"/v1/owner/orders/{path.rsplit('/', 1)[1]}"


async def answer_to(call: Any) -> dict[str, Any]:
    """The answer to a call that must succeed."""
    async with call as answer:
        assert answer.status < 300, await answer.text()
        return dict(await answer.json())
