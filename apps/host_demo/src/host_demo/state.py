"""The state of all processes, for the start page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp

PATIENCE = aiohttp.ClientTimeout(total=2.5)


async def state_of_all(http: aiohttp.ClientSession, watched: Mapping[str, str]) -> dict[str, str]:
    """The state of each process by its name: `ready`, `not ready` or `away` (no answer)."""
    states = await asyncio.gather(*(_state(http, address) for address in watched.values()))
    return dict(zip(watched, states, strict=True))


async def _state(http: aiohttp.ClientSession, address: str) -> str:
    try:
        async with http.get(f"{address}/readyz", timeout=PATIENCE) as answer:
            return "ready" if answer.status == 200 else "not ready"
    except (aiohttp.ClientError, TimeoutError, OSError):
        return "away"
