"""Sends notices to the addresses that merchants gave."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp

from alipay_sandbox.domain.notices import SUCCESS

_MAX_ANSWER_BYTES = 64
"""Enough to recognise exactly `success`, and to show any other answer."""


class HttpNoticeSender:
    """A pooled HTTP client for form POSTs. Loopback and private addresses are allowed: this is a development tool."""

    def __init__(self, timeout: timedelta, at_once: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=at_once * 2),
            timeout=aiohttp.ClientTimeout(total=timeout.total_seconds()),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def send(self, url: str, charset: str, fields: Mapping[str, str]) -> str:
        """`success`, or in words what came instead: a status, another body, no answer. Redirects are not followed."""
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
        """Close the connections."""
        await self._session.close()


async def _beginning(body: aiohttp.StreamReader) -> bytes:
    """The first bytes of an answer, across chunks."""
    start = b""
    while len(start) < _MAX_ANSWER_BYTES and (chunk := await body.read(_MAX_ANSWER_BYTES - len(start))):
        start += chunk
    return start
