"""One caller with too much is slowed down or refused; the others go on."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web
from gateway_support.access import token
from gateway_support.running import Gateway
from gateway_support.samples import ORDER, PROGRAM

from gateway.bodies import HELD_FOR_CALLER, MIB
from gateway.upstreams import LIMITS
from support.eventually import Eventually

EVENTS = f"{PROGRAM}/orders/o1/events"
ORDERS = f"{PROGRAM}/orders"
KEY = {"Idempotency-Key": "k"}
PNG = {"Content-Type": "image/png"}


@dataclass
class Door:
    """A handler that keeps calls inside until it is opened, and counts them."""

    opened: asyncio.Event = field(default_factory=asyncio.Event)
    inside: int = 0
    most: int = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.opened.wait()
            await request.read()
        finally:
            self.inside -= 1
        return web.json_response({"code": "no_code_found"}, status=422)


async def stream(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    await answer.write(b"data: 1\n\n")
    while request.transport is not None:
        await asyncio.sleep(0.1)
    return answer


def viewer(name: str, host: str = "host-1") -> str:
    return token("viewer", viewer=name, host_id=host)


@dataclass
class Streams:
    """Open event streams."""

    gateway: Gateway
    http: aiohttp.ClientSession
    stack: AsyncExitStack

    async def open(self, bearer: str) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {bearer}"}
        return await self.stack.enter_async_context(
            self.http.get(self.gateway.service.url + EVENTS, headers=headers)
        )


@pytest.fixture
async def streams(gateway: Gateway) -> AsyncIterator[Streams]:
    gateway.backend.answers["GET", EVENTS] = stream
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http, AsyncExitStack() as stack:
        yield Streams(gateway, http, stack)


async def test_a_viewer_has_a_limited_number_of_streams(gateway: Gateway, streams: Streams) -> None:
    bearer = viewer("greedy")
    for _ in range(LIMITS["streams"].each_caller):
        assert (await streams.open(bearer)).status == 200
    refused = await streams.open(bearer)
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    assert (await refused.json(content_type=None))["code"] == "busy"
    assert (await streams.open(viewer("modest"))).status == 200


async def test_orders_go_on_beside_520_streams(gateway: Gateway, streams: Streams) -> None:
    gateway.backend.will_answer("POST", ORDERS, {}, 201)
    bearers = [viewer(f"watcher-{n}") for n in range(65)]
    for start in range(0, 520, 40):
        opened = await asyncio.gather(*(streams.open(bearers[n // 8]) for n in range(start, start + 40)))
        assert {answer.status for answer in opened} == {200}
    async with asyncio.timeout(10):
        status, _, _ = await gateway.call("POST", ORDERS, bearer=viewer("buyer"), json=ORDER, headers=KEY)
    assert status == 201


async def test_a_viewer_has_a_limited_number_of_calls_at_once(
    gateway: Gateway, eventually: Eventually
) -> None:
    door, limit = Door(), LIMITS["writes"].each_caller
    gateway.backend.unread["POST", ORDERS] = door
    greedy = viewer("greedy")
    calls: list[asyncio.Task[Any]] = []
    while (
        len(calls) < limit
    ):  # a few at a time: a service that takes 2 s to accept a connection counts as lost
        calls.extend(
            asyncio.create_task(gateway.call("POST", ORDERS, bearer=greedy, json=ORDER, headers=KEY))
            for _ in range(16)
        )
        await eventually(lambda: door.inside == len(calls), within=30)
    status, problem, _ = await gateway.call("POST", ORDERS, bearer=greedy, json=ORDER, headers=KEY)
    assert (status, problem["code"]) == (429, "busy")
    modest = asyncio.create_task(
        gateway.call("POST", ORDERS, bearer=viewer("modest"), json=ORDER, headers=KEY)
    )
    await eventually(lambda: door.inside == limit + 1)
    door.opened.set()
    assert {status for status, _, _ in await asyncio.gather(*calls, modest)} == {422}


async def test_of_40_pictures_at_once_a_few_are_read_at_a_time(
    gateway: Gateway, eventually: Eventually
) -> None:
    door = Door()
    gateway.backend.unread["POST", "/v1/scans"] = door
    picture = b"\xff" * MIB
    scans = [
        asyncio.create_task(
            gateway.call("POST", "/v1/scans", data=picture, headers=PNG | {"Anchorage-Viewer": f"u{n}"})
        )
        for n in range(40)
    ]
    await eventually(lambda: door.inside == LIMITS["uploads"].each_group)
    door.opened.set()
    assert {status for status, _, _ in await asyncio.gather(*scans)} == {422}
    assert door.most == LIMITS["uploads"].each_group


async def test_a_picture_reaches_the_service_while_it_still_arrives(gateway: Gateway) -> None:
    arrived, lengths = asyncio.Event(), []

    async def read_slowly(request: web.Request) -> web.StreamResponse:
        lengths.append(request.content_length)
        await request.content.readexactly(65536)
        arrived.set()
        return web.json_response({"size": 65536 + len(await request.read())}, status=422)

    async def halves() -> AsyncIterator[bytes]:
        yield b"\xff" * 100_000
        await arrived.wait()
        yield b"\xff" * 100_000

    gateway.backend.unread["POST", "/v1/scans"] = read_slowly
    async with asyncio.timeout(10):
        _, body, _ = await gateway.call(
            "POST", "/v1/scans", data=halves(), headers=PNG | {"Content-Length": "200000"}
        )
        assert (body["size"], lengths) == (200_000, [200_000])
        arrived.clear()
        _, body, _ = await gateway.call("POST", "/v1/scans", data=halves(), headers=PNG)
        assert (body["size"], lengths) == (200_000, [200_000, None])


async def test_a_picture_without_a_length_is_cut_off_at_the_limit(gateway: Gateway) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(14):
            yield b"\xff" * MIB

    async def read(request: web.Request) -> web.StreamResponse:
        return web.json_response({"size": len(await request.read())}, status=422)

    gateway.backend.unread["POST", "/v1/scans"] = read
    status, body, _ = await gateway.call("POST", "/v1/scans", data=endless(), headers=PNG)
    assert (status, body["code"]) == (413, "too_large")


async def test_an_upload_ends_at_the_service_when_its_caller_leaves(
    gateway: Gateway, eventually: Eventually
) -> None:
    reading, ends = asyncio.Event(), list[type[BaseException]]()

    async def read(request: web.Request) -> web.StreamResponse:
        await request.content.readany()
        reading.set()
        try:
            await request.read()
        except BaseException as error:
            ends.append(type(error))
            raise
        return web.Response()

    gateway.backend.unread["POST", "/v1/scans"] = read
    _, writer = await asyncio.open_connection(*gateway.address)
    head = f"POST /v1/scans HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token('host')}\r\n"
    writer.write(
        f"{head}Content-Type: image/png\r\nContent-Length: 900000\r\n\r\n".encode() + b"\xff" * 300_000
    )
    await writer.drain()
    await asyncio.wait_for(reading.wait(), 10)
    writer.close()
    await eventually(lambda: ends)


async def test_a_compressed_body_counts_as_long_as_it_becomes(gateway: Gateway) -> None:
    bomb = gzip.compress(b" " * (8 * MIB))
    status, problem, _ = await gateway.call(
        "POST", ORDERS, "viewer", data=bomb, headers=KEY | {"Content-Encoding": "gzip"}
    )
    assert (status, problem["code"]) == (413, "too_large")


async def test_a_viewer_who_holds_many_large_bodies_is_refused_alone(
    gateway: Gateway, eventually: Eventually
) -> None:
    door = Door()
    gateway.backend.unread["POST", ORDERS] = door
    body = orjson.dumps(ORDER).ljust(MIB)
    greedy = viewer("greedy")
    calls = [
        asyncio.create_task(gateway.call("POST", ORDERS, bearer=greedy, data=body, headers=KEY))
        for _ in range(HELD_FOR_CALLER // MIB)
    ]
    await eventually(lambda: door.inside == len(calls))
    status, problem, _ = await gateway.call("POST", ORDERS, bearer=greedy, data=body, headers=KEY)
    assert (status, problem["code"]) == (429, "busy")
    modest = asyncio.create_task(
        gateway.call("POST", ORDERS, bearer=viewer("modest"), json=ORDER, headers=KEY)
    )
    await eventually(lambda: door.inside == len(calls) + 1)
    door.opened.set()
    await asyncio.gather(*calls, modest)


async def test_the_text_of_a_code_does_not_wait_for_pictures(
    gateway: Gateway, eventually: Eventually
) -> None:
    door = Door()

    async def text_or_picture(request: web.Request) -> web.StreamResponse:
        if request.content_type == "application/json":
            return web.json_response({"code": "no_code_found"}, status=422)
        return await door(request)

    gateway.backend.unread["POST", "/v1/scans"] = text_or_picture
    scans = [
        asyncio.create_task(gateway.call("POST", "/v1/scans", data=b"\xff" * 1000, headers=PNG))
        for _ in range(LIMITS["uploads"].each_group + 1)
    ]
    await eventually(lambda: door.inside == LIMITS["uploads"].each_group)
    async with asyncio.timeout(5):
        status, _, _ = await gateway.call("POST", "/v1/scans", json={"text": "abc"})
    assert (status, door.opened.is_set()) == (422, False)
    door.opened.set()
    await asyncio.gather(*scans)


@pytest.mark.parametrize("way", ["form", "json", "basic"])
async def test_a_flood_of_wrong_secrets_holds_up_no_other_client(
    gateway: Gateway, eventually: Eventually, way: str
) -> None:
    door = Door()

    def sent(client: str) -> dict[str, Any]:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": "x"}
        if way == "basic":
            basic = aiohttp.encode_basic_auth(client, "x")
            return {"headers": {"Authorization": basic}, "data": {"grant_type": "client_credentials"}}
        return {"json" if way == "json" else "data": form}

    async def ask(client: str) -> int:
        async with gateway.http.post(f"{gateway.service.url}/v1/token", **sent(client)) as answer:
            return answer.status

    gateway.backend.unread["POST", "/v1/token"] = door
    limit = LIMITS["tokens"].each_caller
    flood = [asyncio.create_task(ask("attacked")) for _ in range(limit)]
    await eventually(lambda: door.inside == limit)
    assert await ask("attacked") == 429
    other = asyncio.create_task(ask("other"))
    await eventually(lambda: door.inside == limit + 1)
    door.opened.set()
    assert set(await asyncio.gather(other, *flood)) == {422}


@pytest.mark.parametrize("flood", ["as many as a caller may have", "as many as an address may have"])
async def test_wrong_secrets_under_a_clients_id_keep_its_right_secret_out_of_nothing(
    gateway: Gateway, eventually: Eventually, flood: str
) -> None:
    """All come from one address, as behind a load balancer. Those that fill the address meet a secret that was right before."""
    door = Door()

    async def wrong_ones_wait(request: web.Request) -> web.StreamResponse:
        if b"right" in await request.read():
            return web.json_response({"access_token": "t", "expires_in": 1, "token_type": "Bearer"})
        return await door(request)

    async def ask(secret: str) -> int:
        form = {"grant_type": "client_credentials", "client_id": "attacked", "client_secret": secret}
        async with gateway.http.post(f"{gateway.service.url}/v1/token", data=form) as answer:
            return answer.status

    gateway.backend.unread["POST", "/v1/token"] = wrong_ones_wait
    limits, fills_address = LIMITS["tokens"], flood == "as many as an address may have"
    if fills_address:
        assert await ask("right") == 200
    count = limits.each_group + 5 if fills_address else limits.each_caller
    wrong = [asyncio.create_task(ask(f"wrong {number}")) for number in range(count)]
    await eventually(lambda: door.inside == min(count, limits.each_group))
    async with asyncio.timeout(4):
        assert await ask("right") == 200
    door.opened.set()
    assert set(await asyncio.gather(*wrong)) == {422}
