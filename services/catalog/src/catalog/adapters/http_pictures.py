"""Pictures are fetched from addresses that feeds name, without a way into the internal network."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import aiohttp

from catalog.application.picture_ports import FetchedFile, PictureFailed
from catalog.domain.remote_picture import RemotePicture
from egress.client import EgressClient, TooMuch, chunks_of, header_of
from egress.policy import EgressPolicy, EgressRefused

MAX_BYTES = 10 * 1024 * 1024
"""Bytes, as of an uploaded picture."""
SECONDS = 20.0
"""Of a whole fetch: 10 MB at 4 Mbit/s."""


class HttpPictures:
    """Implements `PictureFetcher`, inside `async with`."""

    def __init__(self, policy: EgressPolicy) -> None:
        self._client = EgressClient(policy, seconds=SECONDS)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def fetch(self, picture: RemotePicture) -> FetchedFile | None:
        """The file; None if it has not changed since it was fetched. Raises PictureFailed."""
        try:
            async with self._client.request("GET", picture.url, headers=_headers(picture)) as answer:
                if answer.status == 304 and picture.sha256 is not None:
                    return None
                if answer.status != 200:
                    raise PictureFailed(_status_words(answer.status))
                data = b"".join([chunk async for chunk in chunks_of(answer, MAX_BYTES)])
                return FetchedFile(data, header_of(answer, "ETag"), header_of(answer, "Last-Modified"))
        except EgressRefused as refused:
            raise PictureFailed(f"The address must not be called: {refused}.", for_good=True) from None
        except TooMuch:
            message = f"The picture has more than {MAX_BYTES // 1024 // 1024} MiB. Send a smaller one."
            raise PictureFailed(message, for_good=True) from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise PictureFailed(f"The address does not answer ({type(error).__name__}).") from None


def _headers(picture: RemotePicture) -> dict[str, str]:
    conditions = {"If-None-Match": picture.etag, "If-Modified-Since": picture.last_modified}
    known = {name: value for name, value in conditions.items() if value} if picture.sha256 is not None else {}
    return {"Accept": "image/webp,image/png,image/jpeg", **known}


def _status_words(status: int) -> str:
    if 300 <= status < 400:
        return f"The address answers {status}, a redirect. Redirects are not followed: name the address of the picture itself."
    return f"The address answers {status} instead of 200 with the picture."
