"""Sends a notice to the address that the merchant gave, and says what came back."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp

SUCCESS = "success"
_LONGEST_ANSWER = 64  # more than enough to see whether it is exactly `success`, and to show what it was


class Postman:
    """A pooled HTTP client for form POSTs. Loopback and private addresses are allowed: this is a development tool."""

    def __init__(self, timeout: timedelta, at_once: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=at_once * 2),
            timeout=aiohttp.ClientTimeout(total=timeout.total_seconds()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def post(self, url: str, charset: str, fields: Mapping[str, str]) -> str:
        """`success`, or in words what came instead: a status, another body, no answer. Follows no redirect."""
        body = urlencode(fields, encoding=charset).encode("ascii")
        headers = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                start = await _beginning(response.content)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            return f"no answer: {type(error).__name__}"
        if response.status == 200 and start == SUCCESS.encode():
            return SUCCESS
        return f"HTTP {response.status}: {start.decode('utf-8', 'replace')}"

    async def close(self) -> None:
        """Ends the connections."""
        await self._session.close()


async def _beginning(body: aiohttp.StreamReader) -> bytes:
    """The first bytes of an answer, however they are cut into chunks."""
    start = b""
    while len(start) < _LONGEST_ANSWER and (chunk := await body.read(_LONGEST_ANSWER - len(start))):
        start += chunk
    return start
