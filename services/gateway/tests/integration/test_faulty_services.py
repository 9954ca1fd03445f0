"""Services that misbehave. The caller gets a problem document, and nothing of the call is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web
from gateway_support.access import token
from gateway_support.running import Gateway
from gateway_support.samples import PRODUCT, PROGRAM

from gateway import upstreams
from support.eventually import Eventually

EVENTS = f"{PROGRAM}/orders/o1/events"


async def abort(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError


async def stop_in_the_middle(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Content-Length": "1000"})
    await stream.prepare(request)
    await stream.write(b"{")
    return await abort(request)


async def break_a_chunk(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse(headers={"Transfer-Encoding": "chunked"})
    await stream.prepare(request)
    assert request.transport is not None
    request.transport.write(b"zzz\r\n")
    return await abort(request)


async def speak_no_http(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.write(b"\x16\x03\x01 what?\r\n\r\n")
    return await abort(request)


async def send_too_much(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse()
    await stream.prepare(request)
    while True:
        await stream.write(b" " * 65536)


FAULTS = [abort, stop_in_the_middle, break_a_chunk, speak_no_http, send_too_much]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_faulty_answer_is_a_503(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, fault: Callable[[web.Request], web.StreamResponse]
) -> None:
    monkeypatch.setattr(upstreams, "MAX_ANSWER", 1024 * 1024)
    gateway.backend.answers["GET", PRODUCT] = fault  # type: ignore[assignment]
    status, problem, headers = await gateway.call("GET", PRODUCT)
    assert (status, problem["code"]) == (503, "unavailable")
    assert int(headers["Retry-After"]) > 0


async def test_an_answer_that_is_not_json_where_the_gateway_needs_json_is_a_503(gateway: Gateway) -> None:
    gateway.backend.will_answer("GET", "/v1/search", b"<html>")
    status, problem, _ = await gateway.call("GET", "/v1/search?q=tea")
    assert (status, problem["code"]) == (503, "unavailable")


async def test_a_redirect_of_a_service_is_not_followed(gateway: Gateway) -> None:
    gateway.backend.will_answer("GET", PRODUCT, b"", 302, {"Location": f"{gateway.backend.url}/secret"})
    status, _, _ = await gateway.call("GET", PRODUCT)
    assert status == 302
    assert [seen.path for seen in gateway.backend.seen] == [PRODUCT]


async def test_failed_calls_leave_their_places_to_the_next(gateway: Gateway) -> None:
    gateway.backend.answers["GET", PRODUCT] = stop_in_the_middle
    viewer = {"Anchorage-Viewer": "user-7"}
    for _ in range(upstreams.LIMITS["reads"].each_caller + 1):
        assert (await gateway.call("GET", PRODUCT, headers=viewer))[0] == 503
    gateway.backend.will_answer("GET", PRODUCT, {})
    assert (await gateway.call("GET", PRODUCT, headers=viewer))[0] == 200


async def test_a_viewer_who_leaves_ends_the_stream_at_the_service_at_once(
    gateway: Gateway, eventually: Eventually
) -> None:
    served: list[web.Request] = []

    async def silent(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(b"data: 1\n\n")
        served.append(request)
        await asyncio.Event().wait()
        return stream

    gateway.backend.answers["GET", EVENTS] = silent
    bearer = {"Authorization": f"Bearer {token('viewer')}"}
    for _ in range(2 * upstreams.LIMITS["streams"].each_caller):
        async with (
            aiohttp.ClientSession() as http,
            http.get(gateway.service.url + EVENTS, headers=bearer) as answer,
        ):
            assert await answer.content.readuntil(b"\n\n") == b"data: 1\n\n"
        await eventually(lambda: served[-1].transport is None, what="the service's connection has ended")


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 2\r\nTransfer-Encoding: chunked",
        b"Content-Length: 2\r\nContent-Length: 3",
        b"Content-Length: +2",
        b"Transfer-Encoding: chunked, identity",
        b"X-Odd: a\rb",
        b"X-Odd : 1",
        b" folded: 1",
    ],
)
async def test_a_request_that_two_servers_could_read_differently_is_refused(
    gateway: Gateway, head: bytes
) -> None:
    reader, writer = await asyncio.open_connection(*gateway.address)
    writer.write(b"POST /v1/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + head + b"\r\n\r\n{}")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert b" 400 " in answer.split(b"\r\n")[0]
    assert b"malformed_request" in answer
    assert not gateway.backend.seen


async def test_hop_by_hop_headers_of_the_caller_stop_at_the_gateway(gateway: Gateway) -> None:
    gateway.backend.will_answer("GET", PRODUCT, {})
    sent = {"Connection": "keep-alive, Authorization", "TE": "trailers", "Keep-Alive": "9", "Via": "x"}
    assert (await gateway.call("GET", PRODUCT, headers=sent))[0] == 200
    [seen] = gateway.backend.seen
    assert not {"TE", "Keep-Alive", "Via"} & set(seen.headers)
    assert seen.headers["Authorization"].startswith("Bearer ")
