"""Requests that are refused before they reach a service."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from gateway_support.running import Gateway
from gateway_support.samples import ORDER, PRODUCT, PROGRAM

KEYED = {"Idempotency-Key": "k"}


class TestBadInput:
    """Answered with a problem document, never with a 5xx, and without calling a service."""

    @pytest.mark.parametrize(
        ("method", "path", "more", "status", "code"),
        [
            ("POST", f"{PROGRAM}/orders", {"json": ORDER}, 400, "idempotency_key_missing"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER, "headers": {"Idempotency-Key": ""}}, 400, "idempotency_key_missing"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER, "headers": {"Idempotency-Key": "k" * 256}}, 400, "idempotency_key_invalid"),
            ("POST", f"{PROGRAM}/orders/o1/payments", {"json": {}}, 400, "idempotency_key_missing"),
            ("POST", f"{PROGRAM}/orders/o1/refunds", {"json": {"reason": "x"}}, 400, "idempotency_key_missing"),
            ("POST", f"{PROGRAM}/orders", {"data": b"{", "headers": KEYED}, 400, "malformed_json"),
            ("POST", f"{PROGRAM}/orders", {"data": b"", "headers": KEYED}, 400, "malformed_json"),
            ("POST", f"{PROGRAM}/orders", {"data": b"\xff\xfe{}", "headers": KEYED}, 400, "malformed_json"),
            ("POST", f"{PROGRAM}/orders", {"data": b"[" * 100_000, "headers": KEYED}, 400, "malformed_json"),
            ("POST", f"{PROGRAM}/orders", {"data": b'{"lines": NaN}', "headers": KEYED}, 400, "malformed_json"),
            ("POST", f"{PROGRAM}/orders", {"data": b"[]", "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER | {"price": 1}, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER | {"lines": "x"}, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER | {"lines": [{"sku_id": "s1", "quantity": "1"}]}, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER | {"lines": [{"sku_id": "s1", "quantity": True}]}, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"json": ORDER | {"lines": [{"sku_id": "s1", "quantity": 1.0}]}, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"data": orjson.dumps(ORDER), "headers": KEYED | {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
            ("POST", f"{PROGRAM}/orders?wait=11", {"json": ORDER, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders?wait=1&wait=2", {"json": ORDER, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"data": b" " * (1024 * 1024 + 1), "headers": KEYED}, 413, "too_large"),
            ("POST", f"{PROGRAM}/orders/o1/cancellation", {"json": {"a": 1}}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?limit=101", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?limit=1e1", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?cursor=%00", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?more=1", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?" + "&".join(f"p{n}=1" for n in range(9_000)), {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders/a%20b", {}, 404, "not_found"),
            ("GET", f"{PROGRAM}/orders/{'a' * 65}", {}, 404, "not_found"),
            ("GET", "/v1/mini-programs/UPPER/orders", {}, 404, "not_found"),
            ("GET", "/v1/nothing", {}, 404, "no_such_path"),
            ("DELETE", f"{PROGRAM}/orders", {}, 405, "method_not_allowed"),
        ],
    )  # fmt: skip
    async def test_bad_input_is_a_problem_document(
        self, gateway: Gateway, method: str, path: str, more: dict[str, Any], status: int, code: str
    ) -> None:
        answered, problem, headers = await gateway.call(method, path, "viewer", **more)
        assert (answered, problem["code"]) == (status, code)
        assert headers["Content-Type"].startswith("application/problem+json")
        assert set(problem) >= {"type", "title", "status", "detail", "code"}
        assert not gateway.backend.seen

    async def test_a_body_without_a_length_is_cut_off_at_the_limit(self, gateway: Gateway) -> None:
        async def endless() -> Any:
            for _ in range(64):
                yield b" " * 65536

        status, body, _ = await gateway.call(
            "POST", f"{PROGRAM}/orders", "viewer", data=endless(), headers={"Idempotency-Key": "k"}
        )
        assert (status, body["code"]) == (413, "too_large")

    async def test_each_wrong_field_is_named_and_its_value_is_not_repeated(self, gateway: Gateway) -> None:
        order = {"lines": [{"sku_id": "s1", "quantity": 0}], "address": {"phone": "secret-phone"}}
        _, problem, _ = await gateway.call(
            "POST", f"{PROGRAM}/orders", "viewer", json=order, headers={"Idempotency-Key": "k"}
        )
        fields = {error["field"] for error in problem["errors"]}
        assert {"lines[0].quantity", "address.recipient", "address.phone"} <= fields
        assert "secret-phone" not in str(problem)

    @pytest.mark.parametrize("sent", ["query", "body"])
    async def test_the_answer_to_many_wrong_fields_stays_short(self, gateway: Gateway, sent: str) -> None:
        names = {f"p{n}": "1" for n in range(9_000)}
        more: dict[str, Any] = {"params": names} if sent == "query" else {"json": ORDER | names}
        _, problem, _ = await gateway.call("POST", f"{PROGRAM}/orders", "viewer", headers=KEYED, **more)
        assert problem["status"] in (400, 422)
        assert len(orjson.dumps(problem)) < 10_000

    async def test_a_malformed_viewer_id_is_refused(self, gateway: Gateway) -> None:
        status, problem, _ = await gateway.call("GET", PRODUCT, headers={"Anchorage-Viewer": "a b"})
        assert (status, problem["errors"][0]["field"]) == (422, "Anchorage-Viewer")

    async def test_a_picture_may_be_larger_than_other_bodies(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("POST", "/v1/scans", {"code": "no_code_found"}, 422)
        status, body, _ = await gateway.call(
            "POST", "/v1/scans", data=b"\xff" * (2 * 1024 * 1024), headers={"Content-Type": "image/png"}
        )
        assert (status, body["code"]) == (422, "no_code_found")

    async def test_an_owners_picture_is_passed_on_whole_up_to_ten_megabytes(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("POST", "/v1/owner/media", {"url": "/media/x"}, 201)
        for size, expected in ((10 * 1024 * 1024, 201), (10 * 1024 * 1024 + 1, 413)):
            status, _, _ = await gateway.call(
                "POST", "/v1/owner/media", "owner", data=bytes(size), headers={"Content-Type": "image/png"}
            )
            assert status == expected
        assert len(gateway.backend.seen[0].body) == 10 * 1024 * 1024

    @pytest.mark.parametrize(
        "sent",
        [
            b"\x00\x01 nothing like HTTP",
            b"GET /livez HTTP/1.1\r\nHost: x\r\nA\x00b: 1",
            b"GET /livez?" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x",
            b"GET /livez HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 20_000,
            b"POST /v1/token HTTP/1.1\r\nHost: x\r\nContent-Length: -5",
        ],
    )
    async def test_bytes_that_are_not_http_are_answered_with_a_problem_document(
        self, gateway: Gateway, sent: bytes
    ) -> None:
        head, body = await raw(gateway, sent)
        assert b" 400 " in head.split(b"\r\n")[0]
        assert b"Content-Type: application/problem+json" in head
        assert orjson.loads(body)["code"] == "malformed_request"
        headers = {line.partition(b":")[0]: line for line in head.split(b"\r\n")[1:]}
        assert headers[b"Server"] == b"Server: anchorage"
        assert headers[b"X-Frame-Options"] == b"X-Frame-Options: DENY"

    @pytest.mark.parametrize("name", ["Authorization", "Idempotency-Key", "If-Match", "Anchorage-Viewer"])
    async def test_a_header_with_one_value_is_sent_once(self, gateway: Gateway, name: str) -> None:
        sent = f"POST /v1/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{name}: a\r\n{name.lower()}: a"
        head, body = await raw(gateway, sent.encode())
        assert b" 400 " in head.split(b"\r\n")[0]
        problem = orjson.loads(body)
        assert (problem["code"], problem["errors"][0]["field"]) == ("malformed_request", name)
        assert gateway.backend.seen == []

    async def test_an_unknown_expectation_is_ignored(self, gateway: Gateway) -> None:
        head, _ = await raw(
            gateway, b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: wonders"
        )
        assert b" 200 " in head.split(b"\r\n")[0]

    async def test_expect_100_continue_is_answered(self, gateway: Gateway) -> None:
        sent = b"POST /v1/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 0"
        head, rest = await raw(gateway, sent)
        assert head == b"HTTP/1.1 100 Continue"
        assert b" 404 " in rest.split(b"\r\n")[0], "and then the service's answer"

    async def test_the_longest_query_is_accepted_in_any_script(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", "/v1/search/suggestions", {"items": []})
        status, _, _ = await gateway.call("GET", "/v1/search/suggestions", params={"q": "𠮷" * 10_000})
        assert status == 200


async def raw(gateway: Gateway, sent: bytes) -> tuple[bytes, bytes]:
    """The head of the first answer to these bytes, and the bytes after it."""
    reader, writer = await asyncio.open_connection(*gateway.address)
    writer.write(sent + b"\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body
