"""A client's access token, as a host app, an owner or an operator gets it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp


def grant(client: Mapping[str, Any]) -> dict[str, str]:
    """The form of `POST /v1/token` for a client of `demo.json` (RFC 6749, section 4.4)."""
    return {
        "grant_type": "client_credentials",
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
    }


async def token_of(client: Mapping[str, Any], gateway: str, session: aiohttp.ClientSession) -> str:
    """Its token; raises aiohttp.ClientResponseError when it is refused."""
    async with session.post(f"{gateway}/v1/token", data=grant(client)) as answer:
        answer.raise_for_status()
        return str((await answer.json())["access_token"])
