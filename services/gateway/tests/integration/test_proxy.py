"""Calls that a service answers."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import orjson
import pytest
from aiohttp import web
from gateway_support.access import token
from gateway_support.backend import FakeBackend
from gateway_support.running import NO_KAFKA, Gateway, running_gateway
from gateway_support.samples import ORDER, PRODUCT, PROGRAM


class TestProxy:
    """A service's answer reaches the caller unchanged."""

    async def test_the_bytes_of_an_answer_are_unchanged(self, gateway: Gateway) -> None:
        odd = b'{ "product_id":"p1",\n "price_from" : 1.50 }'
        gateway.backend.will_answer("GET", PRODUCT, odd)
        async with gateway.http.get(
            gateway.service.url + PRODUCT, headers={"Authorization": f"Bearer {token('host')}"}
        ) as answer:
            assert await answer.read() == odd
            assert answer.headers["Content-Type"] == "application/json"

    async def test_token_and_trace_are_passed_on_and_the_viewers_id_is_not(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", PRODUCT, {})
        bearer = token("host")
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        headers = {"traceparent": trace, "Anchorage-Viewer": "user-7", "Cookie": "a=b", "X-Odd": "1"}
        _, _, answered = await gateway.call("GET", PRODUCT, bearer=bearer, headers=headers)
        [seen] = gateway.backend.seen
        assert seen.headers["Authorization"] == f"Bearer {bearer}"
        assert not {"Anchorage-Viewer", "Cookie", "X-Odd"} & set(seen.headers)
        assert seen.headers["traceparent"].split("-")[1] == trace.split("-")[1]
        assert answered["traceparent"].split("-")[1] == trace.split("-")[1]

    async def test_query_and_body_reach_the_service_unchanged(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("POST", f"{PROGRAM}/orders", {}, 201)
        body = orjson.dumps(ORDER, option=orjson.OPT_INDENT_2)
        status, _, _ = await gateway.call(
            "POST", f"{PROGRAM}/orders?wait=5", "viewer", data=body, headers={"Idempotency-Key": "k-1"}
        )
        [seen] = gateway.backend.seen
        assert (status, seen.path, seen.body) == (201, f"{PROGRAM}/orders?wait=5", body)
        assert seen.headers["Idempotency-Key"] == "k-1"

    async def test_status_location_and_retry_after_come_back_and_hop_by_hop_headers_do_not(
        self, gateway: Gateway
    ) -> None:
        path = "/v1/payments/alipay/return"
        gateway.backend.will_answer(
            "GET",
            path,
            b"",
            302,
            {"Location": "https://host.example/a?b=1", "Keep-Alive": "9", "X-Inner": "1"},
        )
        status, _, headers = await gateway.call("GET", f"{path}?out_trade_no=x&sign=y", scope=None)
        assert (status, headers["Location"]) == (302, "https://host.example/a?b=1")
        assert not {"Keep-Alive", "X-Inner"} & set(headers)
        gateway.backend.will_answer(
            "POST", f"{PROGRAM}/orders/o1/payments", {"code": "not_ready"}, 409, {"Retry-After": "1"}
        )
        status, body, headers = await gateway.call(
            "POST", f"{PROGRAM}/orders/o1/payments", "viewer", json={}, headers={"Idempotency-Key": "k"}
        )
        assert (status, body["code"], headers["Retry-After"]) == (409, "not_ready", "1")

    async def test_a_services_404_is_passed_on(self, gateway: Gateway) -> None:
        status, body, headers = await gateway.call("GET", f"{PROGRAM}/products/unknown")
        assert (status, body["code"]) == (404, "not_found")
        assert headers["Content-Type"].startswith("application/problem+json")

    async def test_alipays_notice_is_passed_on_raw_and_answered_in_plain_text(self, gateway: Gateway) -> None:
        path = "/v1/payments/alipay/notify"
        gateway.backend.will_answer(
            "POST", path, b"success", 200, {"Content-Type": "text/plain; charset=utf-8"}
        )
        form = b"subject=%E9%85%92&sign=a%2Bb%3D%3D&sign_type=RSA2"
        status, body, _ = await gateway.call(
            "POST", path, None, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
        assert (status, body) == (200, b"success")
        [seen] = gateway.backend.seen
        assert seen.body == form
        assert seen.headers["Content-Type"] == "application/x-www-form-urlencoded"

    async def test_pictures_are_passed_on_unchanged_with_their_caching_headers(
        self, gateway: Gateway
    ) -> None:
        headers = {"Content-Type": "image/png", "Cache-Control": "public, immutable", "ETag": '"1"'}
        gateway.backend.will_answer("GET", "/media/a/b.png", b"\x89PNG\x00\xff", 200, headers)
        status, body, answered = await gateway.call("GET", "/media/a/b.png", None)
        assert (status, body, answered["ETag"]) == (200, b"\x89PNG\x00\xff", '"1"')
        assert answered["Cache-Control"] == "public, immutable"

    @pytest.mark.parametrize(
        "path", ["/media/../secret", "/media/%2e%2e/secret", "/media/a/%2e%2e/b", "/media/.env"]
    )
    async def test_no_media_path_leads_to_a_parent_folder(self, gateway: Gateway, path: str) -> None:
        reader, writer = await asyncio.open_connection(*gateway.address)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert b" 404 " in answer.split(b"\r\n")[0]
        assert not gateway.backend.seen

    async def test_an_absolute_request_target_reaches_our_service_only(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", "/v1/payments/alipay/return", b"ok")
        reader, writer = await asyncio.open_connection(*gateway.address)
        target = "http://127.0.0.1:1/v1/payments/alipay/return"
        writer.write(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert b" 200 " in answer.split(b"\r\n")[0]
        assert [seen.path for seen in gateway.backend.seen] == ["/v1/payments/alipay/return"]

    async def test_an_unavailable_service_is_a_503_with_retry_after(self, backend: FakeBackend) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
            async with running_gateway(backend, catalog_url=nobody, kafka=NO_KAFKA) as gateway:
                status, problem, headers = await gateway.call("GET", PRODUCT)
                assert (status, problem["code"]) == (503, "unavailable")
                assert int(headers["Retry-After"]) > 0

    async def test_a_service_that_dies_during_its_answer_is_a_503(self, gateway: Gateway) -> None:
        async def die(request: web.Request) -> web.StreamResponse:
            stream = web.StreamResponse(headers={"Content-Length": "1000"})
            await stream.prepare(request)
            await stream.write(b"{")
            assert request.transport is not None
            request.transport.abort()
            return stream

        gateway.backend.answers["GET", PRODUCT] = die
        status, body, _ = await gateway.call("GET", PRODUCT)
        assert (status, body["code"]) == (503, "unavailable")

    async def test_the_events_of_an_order_are_passed_on_as_they_arrive(self, gateway: Gateway) -> None:
        second = asyncio.Event()

        async def events(request: web.Request) -> web.StreamResponse:
            stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await stream.prepare(request)
            await stream.write(b"event: order\ndata: 1\n\n")
            await second.wait()
            await stream.write(b"event: order\ndata: 2\n\n")
            return stream

        path = f"{PROGRAM}/orders/o1/events"
        gateway.backend.answers["GET", path] = events
        bearer = {"Authorization": f"Bearer {token('viewer')}"}
        async with gateway.http.get(gateway.service.url + path, headers=bearer) as answer, asyncio.timeout(5):
            assert answer.headers["Content-Type"] == "text/event-stream"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert await answer.content.readuntil(b"\n\n") == b"event: order\ndata: 1\n\n"
            second.set()
            assert await answer.content.read() == b"event: order\ndata: 2\n\n"

    async def test_a_stream_whose_service_dies_is_cut(self, gateway: Gateway) -> None:
        async def die(request: web.Request) -> web.StreamResponse:
            stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await stream.prepare(request)
            await stream.write(b"event: order\ndata: 1\n\n")
            assert request.transport is not None
            request.transport.abort()
            return stream

        path = f"{PROGRAM}/orders/o1/events"
        gateway.backend.answers["GET", path] = die
        bearer = {"Authorization": f"Bearer {token('viewer')}"}
        async with gateway.http.get(gateway.service.url + path, headers=bearer) as answer, asyncio.timeout(5):
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.content.read()

    @pytest.mark.parametrize("path", [PRODUCT, "/openapi.json", "/docs"])
    async def test_head_has_the_headers_of_get(self, gateway: Gateway, path: str) -> None:
        gateway.backend.will_answer("GET", PRODUCT, {"title": "tea"}, headers={"ETag": '"1"'})
        status, body, headers = await gateway.call("HEAD", path)
        _, _, of_get = await gateway.call("GET", path)
        assert (status, body) == (200, b"")
        assert headers["Content-Length"] == of_get["Content-Length"]

    async def test_head_of_a_stream_ends(self, gateway: Gateway) -> None:
        path = f"{PROGRAM}/orders/o1/events"
        gateway.backend.will_answer("GET", path, b"data: 1", headers={"Content-Type": "text/event-stream"})
        status, body, headers = await gateway.call("HEAD", path, "viewer")
        assert (status, body, headers["Content-Type"]) == (200, b"", "text/event-stream")

    async def test_a_refused_stream_is_answered_with_its_problem(self, gateway: Gateway) -> None:
        status, body, _ = await gateway.call("GET", f"{PROGRAM}/orders/o9/events", "viewer")
        assert (status, body["code"]) == (404, "not_found")

    async def test_every_answer_carries_the_security_headers(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", PRODUCT, {})
        for path in (PRODUCT, "/nothing", "/openapi.json", "/docs", f"{PROGRAM}/orders"):
            _, _, headers = await gateway.call("GET", path)
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "aiohttp" not in headers["Server"]
            assert "Access-Control-Allow-Origin" not in headers
