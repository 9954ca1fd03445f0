"""Calls that a service answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from gateway.app import build_app
from gateway.settings import Settings

PROGRAM = "/v1/mini-programs/wineshop01"
PRODUCT = f"{PROGRAM}/products/p1"
ORDER = {
    "lines": [{"sku_id": "s1", "quantity": 1}],
    "address": {"recipient": "R", "phone": "13800000000", "region": "Beijing", "street": "1"},
}


class TestPassing:
    """What a service answers comes back as it was."""

    async def test_the_bytes_of_an_answer_are_untouched(self, caller: Any) -> None:
        odd = b'{ "product_id":"p1",\n "price_from" : 1.50 }'
        caller.behind.will_answer("GET", PRODUCT, odd)
        async with caller.http.get(
            caller.service.url + PRODUCT, headers={"Authorization": f"Bearer {caller.token('host')}"}
        ) as answer:
            assert await answer.read() == odd
            assert answer.headers["Content-Type"] == "application/json"

    async def test_the_callers_token_and_trace_travel_on_and_who_looks_does_not(self, caller: Any) -> None:
        caller.behind.will_answer("GET", PRODUCT, {})
        bearer = caller.token("host")
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        headers = {"traceparent": trace, "Anchorage-Viewer": "user-7", "Cookie": "a=b", "X-Odd": "1"}
        _, _, answered = await caller.ask("GET", PRODUCT, bearer=bearer, headers=headers)
        [seen] = caller.behind.seen
        assert seen.headers["Authorization"] == f"Bearer {bearer}"
        assert not {"Anchorage-Viewer", "Cookie", "X-Odd"} & set(seen.headers)
        assert seen.headers["traceparent"].split("-")[1] == trace.split("-")[1]
        assert answered["traceparent"].split("-")[1] == trace.split("-")[1]

    async def test_query_and_body_arrive_as_they_were_sent(self, caller: Any) -> None:
        caller.behind.will_answer("POST", f"{PROGRAM}/orders", {}, 201)
        body = orjson.dumps(ORDER, option=orjson.OPT_INDENT_2)
        status, _, _ = await caller.ask(
            "POST", f"{PROGRAM}/orders?wait=5", "viewer", data=body, headers={"Idempotency-Key": "k-1"}
        )
        [seen] = caller.behind.seen
        assert (status, seen.path, seen.body) == (201, f"{PROGRAM}/orders?wait=5", body)
        assert seen.headers["Idempotency-Key"] == "k-1"

    async def test_status_location_and_retry_after_come_back_and_hop_by_hop_headers_do_not(
        self, caller: Any
    ) -> None:
        path = "/v1/payments/alipay/return"
        caller.behind.will_answer(
            "GET",
            path,
            b"",
            302,
            {"Location": "https://host.example/a?b=1", "Keep-Alive": "9", "X-Inner": "1"},
        )
        status, _, headers = await caller.ask("GET", f"{path}?out_trade_no=x&sign=y", scope=None)
        assert (status, headers["Location"]) == (302, "https://host.example/a?b=1")
        assert not {"Keep-Alive", "X-Inner"} & set(headers)
        caller.behind.will_answer(
            "POST", f"{PROGRAM}/orders/o1/payments", {"code": "not_ready"}, 409, {"Retry-After": "1"}
        )
        status, body, headers = await caller.ask(
            "POST", f"{PROGRAM}/orders/o1/payments", "viewer", json={}, headers={"Idempotency-Key": "k"}
        )
        assert (status, body["code"], headers["Retry-After"]) == (409, "not_ready", "1")

    async def test_a_services_404_passes_on(self, caller: Any) -> None:
        status, body, headers = await caller.ask("GET", f"{PROGRAM}/products/unknown")
        assert (status, body["code"]) == (404, "not_found")
        assert headers["Content-Type"].startswith("application/problem+json")

    async def test_alipays_notice_passes_raw_and_is_answered_in_a_bare_word(self, caller: Any) -> None:
        path = "/v1/payments/alipay/notify"
        caller.behind.will_answer(
            "POST", path, b"success", 200, {"Content-Type": "text/plain; charset=utf-8"}
        )
        form = b"subject=%E9%85%92&sign=a%2Bb%3D%3D&sign_type=RSA2"
        status, body, _ = await caller.ask(
            "POST", path, None, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert (status, body) == (200, b"success")
        [seen] = caller.behind.seen
        assert seen.body == form
        assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"

    async def test_pictures_pass_as_they_are_with_their_caching(self, caller: Any) -> None:
        headers = {"Content-Type": "image/png", "Cache-Control": "public, immutable", "ETag": '"1"'}
        caller.behind.will_answer("GET", "/media/a/b.png", b"\x89PNG\x00\xff", 200, headers)
        status, body, answered = await caller.ask("GET", "/media/a/b.png", None)
        assert (status, body, answered["ETag"]) == (200, b"\x89PNG\x00\xff", '"1"')
        assert answered["Cache-Control"] == "public, immutable"

    @pytest.mark.parametrize(
        "path", ["/media/../secret", "/media/%2e%2e/secret", "/media/a/%2e%2e/b", "/media/.env"]
    )
    async def test_no_path_of_a_picture_leads_upwards(self, caller: Any, path: str) -> None:
        reader, writer = await asyncio.open_connection(*caller.service.url.removeprefix("http://").split(":"))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert b" 404 " in answer.split(b"\r\n")[0]
        assert not caller.behind.seen

    async def test_an_absolute_request_target_reaches_our_service_and_no_other(self, caller: Any) -> None:
        caller.behind.will_answer("GET", "/v1/payments/alipay/return", b"ok")
        reader, writer = await asyncio.open_connection(*caller.service.url.removeprefix("http://").split(":"))
        target = "http://127.0.0.1:1/v1/payments/alipay/return"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert b" 200 " in answer.split(b"\r\n")[0]
        assert [seen.path for seen in caller.behind.seen] == ["/v1/payments/alipay/return"]

    async def test_a_service_that_is_away_is_a_503_with_retry_after(
        self, behind: Any, make_settings: Callable[..., Settings], make_token: Callable[..., str]
    ) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
            settings = make_settings(behind, catalog_url=nobody, kafka="127.0.0.1:1")
            async with build_app(settings).running() as service, aiohttp.ClientSession() as http:
                bearer = {"Authorization": f"Bearer {make_token('host')}"}
                async with http.get(service.url + PRODUCT, headers=bearer) as answer:
                    problem = await answer.json(content_type=None)
                    assert (answer.status, problem["code"]) == (503, "unavailable")
                    assert int(answer.headers["Retry-After"]) > 0

    async def test_a_service_that_dies_in_its_answer_is_a_503(self, caller: Any) -> None:
        async def die(request: web.Request) -> web.StreamResponse:
            stream = web.StreamResponse(headers={"Content-Length": "1000"})
            await stream.prepare(request)
            await stream.write(b"{")
            assert request.transport is not None
            request.transport.abort()
            return stream

        caller.behind.answers["GET", PRODUCT] = die
        status, body, _ = await caller.ask("GET", PRODUCT)
        assert (status, body["code"]) == (503, "unavailable")

    async def test_events_of_an_order_pass_as_they_come(self, caller: Any) -> None:
        second = asyncio.Event()

        async def events(request: web.Request) -> web.StreamResponse:
            stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await stream.prepare(request)
            await stream.write(b"event: order\ndata: 1\n\n")
            await second.wait()
            await stream.write(b"event: order\ndata: 2\n\n")
            return stream

        path = f"{PROGRAM}/orders/o1/events"
        caller.behind.answers["GET", path] = events
        bearer = {"Authorization": f"Bearer {caller.token('viewer')}"}
        async with caller.http.get(caller.service.url + path, headers=bearer) as answer, asyncio.timeout(5):
            assert answer.headers["Content-Type"] == "text/event-stream"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert await answer.content.readuntil(b"\n\n") == b"event: order\ndata: 1\n\n"
            second.set()
            assert await answer.content.read() == b"event: order\ndata: 2\n\n"

    async def test_a_refused_stream_is_answered_with_its_problem(self, caller: Any) -> None:
        status, body, _ = await caller.ask("GET", f"{PROGRAM}/orders/o9/events", "viewer")
        assert (status, body["code"]) == (404, "not_found")

    async def test_every_answer_carries_the_security_headers(self, caller: Any) -> None:
        caller.behind.will_answer("GET", PRODUCT, {})
        for path in (PRODUCT, "/nothing", "/openapi.json", "/docs", f"{PROGRAM}/orders"):
            _, _, headers = await caller.ask("GET", path)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "aiohttp" not in headers["Server"]
            assert "Access-Control-Allow-Origin" not in headers
