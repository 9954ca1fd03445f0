"""The client against a real server, and against resolvers that lie."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from egress.allowance import read_allowances
from egress.client import EgressClient, TooMuch, chunks_of, header_of, read_start
from egress.policy import EgressPolicy, EgressRefused

MIB = 1024 * 1024
MANY = 10 * MIB


class Server:
    """A server on a free port of 127.0.0.1, which counts the requests that reach it."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request.path)
        if request.path == "/elsewhere":
            raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")
        if request.path == "/never":
            await asyncio.Event().wait()
        if request.path == "/large":
            return web.Response(body=b"x" * MANY)
        if request.path == "/endless":
            stream = web.StreamResponse()
            await stream.prepare(request)
            while True:
                await stream.write(b"x" * MIB)
        return web.Response(text=f"{request.method} {await request.text()}")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server, app = Server(), web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = runner.addresses[0][1]
    yield server
    await runner.cleanup()


class Liar(AbstractResolver):
    """Answers the addresses that it is told, one list after the other."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0)
            for one in found
        ]

    async def close(self) -> None: ...


@asynccontextmanager
async def client_for(
    server: Server | None = None, resolver: AbstractResolver | None = None, seconds: float = 10
) -> AsyncIterator[EgressClient]:
    allowed = read_allowances(f"127.0.0.1:{server.port}") if server else ()
    async with EgressClient(EgressPolicy(allowed), seconds=seconds, resolver=resolver) as client:
        yield client


async def test_an_allowed_address_gets_the_request_and_answers(server: Server) -> None:
    async with client_for(server) as client, client.request("POST", server.url, data=b"paid") as answer:
        assert (answer.status, await answer.text()) == (200, "POST paid")


async def test_an_address_that_is_not_allowed_is_never_connected_to(server: Server) -> None:
    async with client_for() as client:
        with pytest.raises(EgressRefused):
            async with client.request("GET", server.url):
                pass
    assert server.requests == []


@pytest.mark.parametrize(
    "host", ["localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "127.0.0.1."]
)
async def test_another_spelling_of_an_allowed_address_is_never_connected_to(
    server: Server, host: str
) -> None:
    async with client_for(server) as client:
        with pytest.raises(EgressRefused):
            async with client.request("GET", f"http://{host}:{server.port}/"):
                pass
    assert server.requests == []


@pytest.mark.parametrize(
    "resolved", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"]]
)
async def test_a_name_that_leads_into_the_own_network_is_refused(server: Server, resolved: list[str]) -> None:
    async with client_for(server, Liar(resolved)) as client:
        with pytest.raises(EgressRefused, match="This name leads to"):
            async with client.request("GET", "http://shop.example/"):
                pass
    assert server.requests == []


async def test_a_name_that_was_public_is_judged_again_for_the_next_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, int]] = []

    def no_network(_: EgressPolicy, address: str, port: int) -> None:
        asked.append((address, port))
        raise OSError("this test stays on this machine")

    monkeypatch.setattr(EgressPolicy, "check_socket", no_network)
    async with client_for(None, Liar(["8.8.8.8"], ["127.0.0.1"])) as client:
        with pytest.raises(aiohttp.ClientConnectorError):
            async with client.request("GET", "http://shop.example/"):
                pass
        with pytest.raises(EgressRefused, match="This name leads to"):
            async with client.request("GET", "http://shop.example/"):
                pass
    assert asked == [("8.8.8.8", 80)]


async def test_a_redirect_is_an_answer_and_not_followed(server: Server) -> None:
    async with client_for(server) as client, client.request("GET", f"{server.url}/elsewhere") as answer:
        assert answer.status == 302
    assert server.requests == ["/elsewhere"]


async def test_a_server_that_never_answers_costs_the_time_that_was_given(server: Server) -> None:
    async with client_for(server, seconds=0.2) as client:
        with pytest.raises(TimeoutError):
            async with client.request("GET", f"{server.url}/never"):
                pass


@pytest.mark.parametrize("path", ["/large", "/endless"])
async def test_only_the_start_of_a_long_answer_is_read(server: Server, path: str) -> None:
    async with client_for(server) as client, client.request("GET", server.url + path) as answer:
        assert await read_start(answer, 1024) == b"x" * 1024


@pytest.mark.parametrize("path", ["/large", "/endless"])
async def test_an_answer_above_the_limit_is_too_much(server: Server, path: str) -> None:
    async with client_for(server) as client, client.request("GET", server.url + path) as answer:
        with pytest.raises(TooMuch, match=str(MIB)):
            async for _ in chunks_of(answer, MIB):
                pass


async def test_an_answer_within_the_limit_is_read_whole(server: Server) -> None:
    async with client_for(server) as client, client.request("GET", f"{server.url}/large") as answer:
        assert sum([len(chunk) async for chunk in chunks_of(answer, MANY)]) == MANY


async def test_proxies_of_the_environment_are_not_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with client_for(server) as client, client.request("GET", server.url) as answer:
        assert answer.status == 200


async def test_names_whose_servers_never_answer_delay_no_other_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def look_up(host: str, port: int, *_: object, **__: object) -> list[object]:
        if host.startswith("hangs"):
            answered.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    async def call(client: EgressClient, host: str) -> str:
        try:
            async with client.request("GET", f"http://{host}/"):
                return ""
        except (EgressRefused, TimeoutError) as error:
            return f"{type(error).__name__}: {error}"

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    async with client_for() as client:
        try:
            hanging = [asyncio.create_task(call(client, f"hangs{n}.example")) for n in range(100)]
            await asyncio.sleep(0)
            found = await call(client, "shop.example")
        finally:
            answered.set()
        assert found.startswith("EgressRefused: This name leads to")
        assert all([(await task).startswith("EgressRefused") for task in hanging])


async def test_many_slow_calls_of_one_host_delay_no_other_call_of_it(server: Server) -> None:
    async def hang(client: EgressClient) -> None:
        async with client.request("GET", f"{server.url}/never"):
            pass

    async with client_for(server) as client:
        hanging = [asyncio.create_task(hang(client)) for _ in range(32)]
        while len(server.requests) < len(hanging):
            await asyncio.sleep(0.01)
        async with client.request("GET", server.url) as answer:
            assert answer.status == 200
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".example", "a..example", "xn--a.example", "\u0130\u0307" * 40 + ".example"]
)
async def test_a_name_that_cannot_be_written_is_refused_or_fails_like_one_that_is_unknown(host: str) -> None:
    async with client_for() as client:
        with pytest.raises((EgressRefused, aiohttp.ClientError, OSError, ValueError)):
            async with client.request("GET", f"http://{host}/"):
                pass


@pytest.mark.parametrize(
    ("sent", "kept"), [(b'"1"', '"1"'), (b'"\xff"', None), (b'"' + b"x" * 2000 + b'"', None), (None, None)]
)
async def test_only_headers_that_can_be_stored_and_sent_back_are_kept(
    server: Server, sent: bytes | None, kept: str | None
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        tag = b"ETag: " + sent + b"\r\n" if sent is not None else b""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + tag + b"\r\n")
        await writer.drain()
        writer.close()

    raw = await asyncio.start_server(answer, "127.0.0.1", 0)
    server.port = raw.sockets[0].getsockname()[1]
    async with raw, client_for(server) as client, client.request("GET", server.url) as got:
        assert header_of(got, "ETag") == kept
