"""Tokens that identity refuses before they expire, because their client was removed; and who is suspended.

Every process asks identity for the list. It is short, because an entry ends with the last token that it concerns. While identity
does not answer, the list stays as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import aiohttp

from runtime.errors import is_unavailable
from runtime.web.tokens import Principal, Suspended

REVOCATIONS_PATH = "/internal/revocations"
"""Served by identity to the other processes; the gateway passes no call with this path on."""
PAUSE_SECONDS = 2.0
"""Between two polls. With the poll itself, a revocation or suspension is known everywhere well within 5 seconds."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Revoked:
    """Concerns tokens that were issued before this moment, in seconds since 1970: of a removed client, or of a suspended owner,
    host or creator."""

    kind: Literal["client"] | Suspended
    revoked_id: str
    before: float


Fetch = Callable[[], Awaitable[Iterable[Revoked]]]


class Revocations:
    """The list as this process knows it: implements `Standing`."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self._before: dict[tuple[str, str], float] = {}
        self._is_stale = False

    def is_revoked(self, principal: Principal, issued_at: float) -> bool:
        """Whether the token's client was removed."""
        return self._concerns("client", principal.subject, issued_at)

    def suspended(self, principal: Principal, issued_at: float) -> Suspended | None:
        """Who is suspended: the owner, host or creator whom the client acts for, or the host of a viewer's session."""
        if self._concerns("owner", principal.owner_id, issued_at):
            return "owner"
        if self._concerns("host", principal.host_id, issued_at):
            return "host"
        return "creator" if self._concerns("creator", principal.creator_id, issued_at) else None

    def _concerns(self, kind: str, one: str | None, issued_at: float) -> bool:
        return one is not None and issued_at < self._before.get((kind, one), 0.0)

    async def refresh(self) -> None:
        """Fetch the list; raises what the fetch raises."""
        self._before = {(one.kind, one.revoked_id): one.before for one in await self.fetch()}

    async def poll(self) -> None:
        """Refresh at intervals, endlessly; an outage is logged once."""
        while True:
            try:
                await self.refresh()
                self._is_stale = False
            except Exception as error:
                if not self._is_stale:
                    kind = log.warning if is_unavailable(error) else log.exception
                    kind(
                        "the list of revoked tokens could not be read", extra={"error": type(error).__name__}
                    )
                self._is_stale = True
            await asyncio.sleep(PAUSE_SECONDS)


def from_identity(url: str, session: Callable[[], aiohttp.ClientSession]) -> Fetch:
    """Asks identity at this address."""

    async def fetch() -> list[Revoked]:
        async with session().get(url.rstrip("/") + REVOCATIONS_PATH) as answer:
            answer.raise_for_status()
            document: dict[str, Any] = await answer.json()
        return [
            Revoked(one["kind"], one["id"], datetime.fromisoformat(one["before"]).timestamp())
            for one in document["items"]
        ]

    return fetch
