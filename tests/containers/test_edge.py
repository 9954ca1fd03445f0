"""The edge with a real HAProxy and the configuration of the production profile, in front of a server that shows what arrives."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from anchorage_local.ports import HOST, accepts, free_port
from support.eventually import eventually

PRODUCTION = Path(__file__).parents[2] / "deploy/docker/production"
MOST = 30
"""Requests of one address in ten seconds, in this test."""
pytestmark = pytest.mark.skipif(shutil.which("haproxy") is None, reason="HAProxy runs the configuration")


@dataclass(frozen=True)
class Edge:
    """Its addresses, and the CA that callers trust."""

    plain: str
    public: str
    trusting: ssl.SSLContext


async def _show(request: web.Request) -> web.Response:
    return web.json_response({"seen": dict(request.headers)})


@pytest_asyncio.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    made = tmp_path / "certificates"
    command = [sys.executable, PRODUCTION / "certificates.py", made]
    await asyncio.to_thread(subprocess.run, command, check=True)
    app = web.Application(client_max_size=200 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", _show)
    runner = web.AppRunner(app)
    await runner.setup()
    behind, plain, public = free_port(), free_port(), free_port()
    await web.TCPSite(runner, HOST, behind).start()
    variables = {
        "EDGE_PLAIN_BIND": f"{HOST}:{plain}",
        "EDGE_TLS_BIND": f"{HOST}:{public}",
        "EDGE_CERTIFICATE": str(made / "edge/edge.pem"),
        "EDGE_GATEWAY": f"{HOST}:{behind}",
        "EDGE_RESOLVER": f"{HOST}:53",
        "EDGE_REQUESTS_IN_10_SECONDS": str(MOST),
        "EDGE_CONNECTIONS": "100",
    }
    process = await asyncio.create_subprocess_exec(
        "haproxy", "-db", "-f", str(PRODUCTION / "haproxy.cfg"), env=os.environ | variables
    )
    try:
        trusting = ssl.create_default_context(cafile=str(made / "trust/ca.crt"))
        running = Edge(f"http://localhost:{plain}", f"https://localhost:{public}", trusting)
        await eventually(lambda: accepts(public), within=20, what="HAProxy to listen")
        yield running
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await runner.cleanup()


@pytest_asyncio.fixture
async def caller(edge: Edge) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=edge.trusting)
    async with aiohttp.ClientSession(edge.public, connector=connector) as session:
        yield session


async def test_plain_http_is_sent_to_tls(edge: Edge) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{edge.plain}/v1/products?q=tea", allow_redirects=False) as answer,
    ):
        assert answer.status == 308
        assert answer.headers["Location"].startswith("https://")
        assert answer.headers["Location"].endswith("/v1/products?q=tea")


async def test_a_call_arrives_with_its_callers_address_and_no_other(caller: aiohttp.ClientSession) -> None:
    async with caller.get("/readyz", headers={"X-Forwarded-For": "203.0.113.9"}) as answer:
        assert answer.status == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        seen = (await answer.json())["seen"]
    assert seen["X-Forwarded-For"] == HOST
    assert seen["X-Forwarded-Proto"] == "https"


async def test_metrics_are_not_for_the_public(caller: aiohttp.ClientSession) -> None:
    async with caller.get("/metrics") as answer:
        assert answer.status == 404


async def test_only_the_file_of_a_feed_may_be_large(caller: aiohttp.ClientSession) -> None:
    large = b"x" * (17 * 1024 * 1024)
    async with caller.post("/v1/products", data=large) as answer:
        assert answer.status == 413
        assert answer.content_type == "application/problem+json"
    async with caller.post("/v1/owner/mini-programs/m1/feeds/f1/runs", data=large) as answer:
        assert answer.status == 200


async def test_an_address_that_asks_too_much_is_refused_and_told_when_to_return(
    caller: aiohttp.ClientSession,
) -> None:
    statuses = []
    for _ in range(MOST + 5):
        async with caller.get("/readyz") as answer:
            statuses.append(answer.status)
            if answer.status == 429:
                assert answer.headers["Retry-After"] == "10"
                assert answer.headers["Strict-Transport-Security"]
    assert statuses[0] == 200
    assert statuses[-1] == 429
