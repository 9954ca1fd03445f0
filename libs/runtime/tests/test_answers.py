"""Answers that end before they are complete, and HEAD."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from pymongo.errors import AutoReconnect

from runtime.web.bodies import json_response
from runtime.web.boundary import build_http
from runtime.web.protocol import ProblemRunner
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC
from support.eventually import Eventually


class Streams:
    """Serves a stream that a test lets fail, and counts how many ended."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.go_on = asyncio.Event()
        self.ended = 0

    async def stream(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        try:
            await stream.write(b"data: 1\n\n")
            await self.go_on.wait()
            if self.fault is not None:
                raise self.fault
            while True:
                await stream.write(b"data: 2\n\n")
                await asyncio.sleep(0)
        finally:
            self.ended += 1


async def page(_: web.Request) -> web.Response:
    return json_response({"title": "tea"}, headers={"ETag": '"1"'})


@pytest.fixture
def streams() -> Streams:
    return Streams()


@pytest_asyncio.fixture
async def url(streams: Streams) -> AsyncIterator[str]:
    routes = [
        Route("GET", "/stream", streams.stream, PUBLIC, deadline=None),
        Route("GET", "/page", page, PUBLIC),
        Route("POST", "/page", page, PUBLIC),
    ]
    runner = ProblemRunner(build_http(routes, None), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://{}:{}".format(*runner.addresses[0][:2])
    await runner.cleanup()


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("fault", [AutoReconnect("away"), RuntimeError("a bug")], ids=["unavailable", "bug"])
async def test_a_stream_that_fails_is_cut_and_gets_no_second_answer(
    url: str, streams: Streams, fault: Exception
) -> None:
    streams.fault = fault
    reader, writer = await asyncio.open_connection(*_address(url))
    writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    received = await reader.readuntil(b"data: 1\n\n")
    streams.go_on.set()
    received += await reader.read()
    writer.close()
    assert received.count(b"HTTP/1.1") == 1
    assert not received.endswith(b"0\r\n\r\n"), "the answer pretends to be complete"


async def test_a_caller_that_leaves_a_stream_is_no_warning(
    url: str, streams: Streams, eventually: Eventually, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        _reader, writer = await asyncio.open_connection(*_address(url))
        writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await _reader.readuntil(b"data: 1\n\n")
        writer.transport.abort()
        streams.go_on.set()
        await eventually(lambda: streams.ended == 1)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_head_answers_as_get_without_the_body(url: str, http: aiohttp.ClientSession) -> None:
    async with http.get(url + "/page") as got, http.head(url + "/page") as head:
        assert (head.status, await head.read()) == (200, b"")
        for name in ("Content-Length", "Content-Type", "ETag", "X-Content-Type-Options"):
            assert head.headers[name] == got.headers[name]
    async with http.put(url + "/page") as refused:
        assert set(refused.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}


def _address(url: str) -> tuple[str, Any]:
    host, _, port = url.removeprefix("http://").partition(":")
    return host, int(port)
