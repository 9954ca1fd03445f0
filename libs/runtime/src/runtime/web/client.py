"""The pooled HTTP client, and the header that continues a trace in another process."""

from __future__ import annotations

import aiohttp

from runtime import telemetry
from runtime.web.routes import DEADLINE_SECONDS


def trace_headers() -> dict[str, str]:
    """The header that continues the current trace in another process."""
    traceparent = telemetry.traceparent_of()
    return {telemetry.TRACEPARENT: traceparent} if traceparent else {}


def client_session(seconds: float = DEADLINE_SECONDS, limit: int = 256) -> aiohttp.ClientSession:
    """A pooled client: `seconds` for a call, at most `limit` connections. It asks for uncompressed answers."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds, connect=2),
        connector=aiohttp.TCPConnector(limit=limit, keepalive_timeout=30),
        headers={"Accept-Encoding": "identity"},
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    )
