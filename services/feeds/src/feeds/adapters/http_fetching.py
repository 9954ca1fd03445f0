"""Files are fetched from addresses that owners name, without a way into the internal network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from contracts.api.feeds import MAX_FEED_BYTES
from egress.client import EgressClient, TooMuch, chunks_of, header_of
from egress.policy import EgressPolicy, EgressRefused
from feeds.application.ports import Fetched
from feeds.domain.errors import RunFailed, WrongFeed

SECONDS = 600.0
"""Longest duration of a whole download."""


class HttpFetcher:
    """Implements `Fetcher`."""

    def __init__(self, policy: EgressPolicy) -> None:
        self._policy = policy

    def check_url(self, url: str) -> None:
        """Raises WrongFeed for an address that must not be called, by its spelling alone."""
        try:
            self._policy.check_url(url)
        except EgressRefused as refused:
            raise WrongFeed("url", str(refused)) from None

    @asynccontextmanager
    async def fetch(
        self, url: str, earlier: Fetched | None
    ) -> AsyncIterator[tuple[Fetched, AsyncIterator[bytes]] | None]:
        """The file; None if it has not changed. Raises RunFailed with words for the owner, also while the file is read."""
        try:
            async with (
                EgressClient(self._policy, seconds=SECONDS) as client,
                client.request("GET", url, headers=_conditions(earlier)) as answer,
            ):
                if answer.status == 304 and earlier is not None:
                    yield None
                    return
                if answer.status != 200:
                    raise RunFailed(_status_words(answer.status))
                fetched = Fetched(header_of(answer, "ETag"), header_of(answer, "Last-Modified"))
                yield fetched, chunks_of(answer, MAX_FEED_BYTES)
        except EgressRefused as refused:
            raise RunFailed(f"The address must not be called: {refused}") from None
        except TooMuch as error:
            raise RunFailed(f"{error} Send the file packed with gzip, or split the feed.") from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise RunFailed(
                f"The address does not answer ({type(error).__name__}). Try again later."
            ) from None


def _conditions(earlier: Fetched | None) -> dict[str, str]:
    if earlier is None:
        return {}
    found = {"If-None-Match": earlier.etag, "If-Modified-Since": earlier.last_modified}
    return {name: value for name, value in found.items() if value}


def _status_words(status: int) -> str:
    if 300 <= status < 400:
        return f"The address answers {status}, a redirect. Redirects are not followed; set `url` to where the file is."
    return f"The address answers {status} instead of 200 with the file."
