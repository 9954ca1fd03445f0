"""Streams end with their caller, and a compressed body counts as long as it becomes."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web

from runtime.web.boundary import build_http
from runtime.web.endless import endless
from runtime.web.protocol import ProblemRunner
from runtime.web.routes import MAX_BODY, Route
from runtime.web.tokens import PUBLIC
from support.eventually import Eventually

running: list[asyncio.Task[None]] = []


async def silent(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse()
    await stream.prepare(request)
    await stream.write(b"first")
    task = asyncio.current_task()
    assert task is not None
    running.append(task)
    try:
        await asyncio.Event().wait()
    finally:
        running.remove(task)
    return stream


async def endless_stream(request: web.Request) -> web.StreamResponse:
    with endless(request):
        return await silent(request)


async def download(request: web.Request) -> web.StreamResponse:
    """An answer with an end, which a stop waits for."""
    stream = web.StreamResponse()
    await stream.prepare(request)
    await stream.write(b"first")
    await asyncio.sleep(0.5)
    await stream.write(b"last")
    return stream


async def keep(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    async with serving(graceful_seconds=1) as (address, _):
        yield address


@asynccontextmanager
async def serving(graceful_seconds: float) -> AsyncIterator[tuple[str, ProblemRunner]]:
    routes = [
        Route("GET", "/silent", silent, PUBLIC, deadline=None),
        Route("GET", "/endless", endless_stream, PUBLIC, deadline=None),
        Route("GET", "/download", download, PUBLIC, deadline=None),
        Route("POST", "/small", keep, PUBLIC),
        Route("POST", "/large", keep, PUBLIC, max_body=8 * MAX_BODY),
    ]
    runner = ProblemRunner(build_http(routes, None), access_log=None, shutdown_timeout=graceful_seconds)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield "http://{}:{}".format(*runner.addresses[0][:2]), runner
    await runner.cleanup()


async def test_a_silent_stream_ends_when_its_caller_leaves(url: str, eventually: Eventually) -> None:
    async with aiohttp.ClientSession() as http, http.get(url + "/silent") as answer:
        assert await answer.content.readany() == b"first"
        assert len(running) == 1
    await eventually(lambda: not running)


async def test_a_compressed_body_counts_as_long_as_it_becomes(url: str) -> None:
    bomb, encoded = gzip.compress(bytes(2 * MAX_BODY)), {"Content-Encoding": "gzip"}
    async with aiohttp.ClientSession() as http:
        async with http.post(url + "/small", data=bomb, headers=encoded) as answer:
            assert answer.status == 413
        async with http.post(url + "/large", data=bomb, headers=encoded) as answer:
            assert (answer.status, await answer.text()) == (200, str(2 * MAX_BODY))


async def test_a_stop_ends_endless_answers_at_once_and_lets_others_finish() -> None:
    async with (
        serving(graceful_seconds=60) as (url, runner),
        aiohttp.ClientSession() as http,
        http.get(url + "/endless") as endless_answer,
        http.get(url + "/download") as finite_answer,
    ):
        assert await endless_answer.content.readany() == b"first"
        assert await finite_answer.content.readany() == b"first"
        async with asyncio.timeout(20):
            await runner.cleanup()
        assert await finite_answer.read() == b"firstlast"[5:]
        with pytest.raises(aiohttp.ClientPayloadError):
            await endless_answer.read()
