"""Connections that send nothing, or never a whole request, are closed; when there are too many, those go first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from runtime.web.bodies import json_response
from runtime.web.boundary import build_http
from runtime.web.connections import Limits
from runtime.web.protocol import ProblemRunner
from runtime.web.routes import Route
from runtime.web.tokens import PUBLIC
from support.eventually import Eventually

REQUEST = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
LONG = 60.0


@dataclass
class Socket:
    """One client's connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self) -> bytes:
        """The head of the answer to a whole request; the body is read too."""
        self.writer.write(REQUEST)
        head = await self.reader.readuntil(b"\r\n\r\n")
        await self.reader.readuntil(b"}")
        return head

    async def rest(self) -> bytes:
        """All that comes until the server closes."""
        async with asyncio.timeout(5):
            return await self.reader.read()

    @property
    def is_closed(self) -> bool:
        return self.reader.at_eof()


class Server:
    """A server with `limits` of a test, whose `/busy` answers when `may_end` is set."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.busy = 0
        self.address: tuple[str, int] = ("", 0)
        self._clients = AsyncExitStack()

    async def livez(self, _: web.Request) -> web.Response:
        return json_response({"alive": True})

    async def wait(self, _: web.Request) -> web.Response:
        self.busy += 1
        await self.may_end.wait()
        return json_response({"ended": True})

    async def connect(self) -> Socket:
        """A new connection, closed with the test."""
        reader, writer = await asyncio.open_connection(*self.address)
        self._clients.callback(writer.close)
        return Socket(reader, writer)

    @asynccontextmanager
    async def serving(self, limits: Limits) -> AsyncIterator[Server]:
        routes = [Route("GET", "/livez", self.livez, PUBLIC), Route("GET", "/busy", self.wait, PUBLIC)]
        runner = ProblemRunner(build_http(routes, None), limits=limits, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        self.address = runner.addresses[0][:2]
        async with self._clients:
            yield self
        await runner.cleanup()


Serving = Callable[[Limits], AbstractAsyncContextManager[Server]]


@pytest.fixture
def server() -> Serving:
    return lambda limits: Server().serving(limits)


async def test_a_silent_connection_is_closed_after_the_time_for_a_head(server: Serving) -> None:
    async with server(Limits(head_seconds=0.1)) as one:
        assert b"408 Request Timeout" in await (await one.connect()).rest()


async def test_an_unfinished_head_has_a_deadline_however_often_something_arrives(server: Serving) -> None:
    async with server(Limits(head_seconds=0.3)) as one:
        client = await one.connect()

        async def drip() -> None:
            for byte in REQUEST[:-2]:
                client.writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        answer = await client.rest()
        dripping.cancel()
        assert b"408 Request Timeout" in answer
        assert b"request_timeout" in answer


async def test_a_second_head_that_stays_unfinished_is_closed_too(server: Serving) -> None:
    async with server(Limits(head_seconds=0.2, idle_seconds=LONG)) as one:
        client = await one.connect()
        assert b"200 OK" in await client.ask()
        client.writer.write(REQUEST[:10])
        assert await client.rest() == b""


async def test_an_idle_connection_is_closed_and_a_busy_one_is_not(
    server: Serving, eventually: Eventually
) -> None:
    async with server(Limits(head_seconds=0.1, idle_seconds=0.2)) as one:
        idle, busy = await one.connect(), await one.connect()
        await idle.ask()
        busy.writer.write(REQUEST.replace(b"/livez", b"/busy"))
        assert await idle.rest() == b""
        await eventually(lambda: one.busy == 1)
        one.may_end.set()
        assert b"200 OK" in await busy.reader.readuntil(b"\r\n\r\n")


async def test_a_call_is_answered_among_more_silent_connections_than_there_may_be(server: Serving) -> None:
    async with server(Limits(connections=50, head_seconds=LONG)) as one:
        silent = [await one.connect() for _ in range(400)]
        async with aiohttp.ClientSession() as http:
            for _ in range(5):
                async with http.get("http://{}:{}/livez".format(*one.address)) as answer:
                    assert answer.status == 200
        await asyncio.gather(*(client.rest() for client in silent[:350]))
        assert not silent[-1].is_closed


async def test_idle_connections_go_after_silent_ones_and_busy_ones_never(
    server: Serving, eventually: Eventually
) -> None:
    async with server(Limits(connections=3, head_seconds=LONG)) as one:
        busy, idle, silent = [await one.connect() for _ in range(3)]
        busy.writer.write(REQUEST.replace(b"/livez", b"/busy"))
        await idle.ask()
        await eventually(lambda: one.busy == 1)
        (await one.connect()).writer.write(REQUEST.replace(b"/livez", b"/busy"))
        assert b"503" in await silent.rest()
        await eventually(lambda: one.busy == 2)
        (await one.connect()).writer.write(REQUEST.replace(b"/livez", b"/busy"))
        assert await idle.rest() == b""
        await eventually(lambda: one.busy == 3)
        refused = await (await one.connect()).rest()
        assert b"503 Service Unavailable" in refused
        assert b"Retry-After: 1" in refused
        one.may_end.set()
        assert b"200 OK" in await busy.reader.readuntil(b"\r\n\r\n")
