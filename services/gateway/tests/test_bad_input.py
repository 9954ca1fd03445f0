"""What is refused before any service sees it."""

from __future__ import annotations

from typing import Any

import pytest

PROGRAM = "/v1/mini-programs/wineshop01"
PRODUCT = f"{PROGRAM}/products/p1"
ORDER = {
    "lines": [{"sku_id": "s1", "quantity": 1}],
    "address": {"recipient": "R", "phone": "13800000000", "region": "Beijing", "street": "1"},
}
KEYED = {"Idempotency-Key": "k"}


class TestBadInput:
    """A problem document, never a 5xx, and nothing of it reaches a service."""

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
            ("POST", f"{PROGRAM}/orders?wait=11", {"json": ORDER, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders?wait=1&wait=2", {"json": ORDER, "headers": KEYED}, 422, "invalid_content"),
            ("POST", f"{PROGRAM}/orders", {"data": b" " * (1024 * 1024 + 1), "headers": KEYED}, 413, "too_large"),
            ("POST", f"{PROGRAM}/orders/o1/cancellation", {"json": {"a": 1}}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?limit=101", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?limit=1e1", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?cursor=%00", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders?more=1", {}, 422, "invalid_content"),
            ("GET", f"{PROGRAM}/orders/a%20b", {}, 404, "not_found"),
            ("GET", f"{PROGRAM}/orders/{'a' * 65}", {}, 404, "not_found"),
            ("GET", "/v1/mini-programs/UPPER/orders", {}, 404, "not_found"),
            ("GET", "/v1/nothing", {}, 404, "no_such_path"),
            ("DELETE", f"{PROGRAM}/orders", {}, 405, "method_not_allowed"),
        ],
    )  # fmt: skip
    async def test_bad_input_is_a_problem_document(
        self, caller: Any, method: str, path: str, more: dict[str, Any], status: int, code: str
    ) -> None:
        answered, problem, headers = await caller.ask(method, path, "viewer", **more)
        assert (answered, problem["code"]) == (status, code)
        assert headers["Content-Type"].startswith("application/problem+json")
        assert set(problem) >= {"type", "title", "status", "detail", "code"}
        assert not caller.behind.seen

    async def test_a_body_without_a_length_is_cut_off_at_the_limit(self, caller: Any) -> None:
        async def endless() -> Any:
            for _ in range(64):
                yield b" " * 65536

        status, body, _ = await caller.ask(
            "POST", f"{PROGRAM}/orders", "viewer", data=endless(), headers={"Idempotency-Key": "k"}
        )
        assert (status, body["code"]) == (413, "too_large")

    async def test_each_field_at_fault_is_named_and_its_value_is_not_repeated(self, caller: Any) -> None:
        order = {"lines": [{"sku_id": "s1", "quantity": 0}], "address": {"phone": "secret-phone"}}
        _, problem, _ = await caller.ask(
            "POST", f"{PROGRAM}/orders", "viewer", json=order, headers={"Idempotency-Key": "k"}
        )
        fields = {error["field"] for error in problem["errors"]}
        assert {"lines[0].quantity", "address.recipient", "address.phone"} <= fields
        assert "secret-phone" not in str(problem)

    async def test_a_viewer_that_no_host_can_have_is_refused(self, caller: Any) -> None:
        status, problem, _ = await caller.ask("GET", PRODUCT, headers={"Anchorage-Viewer": "a b"})
        assert (status, problem["errors"][0]["field"]) == (422, "Anchorage-Viewer")

    async def test_a_picture_may_be_larger_than_other_bodies(self, caller: Any) -> None:
        caller.behind.will_answer("POST", "/v1/scans", {"code": "no_code_found"}, 422)
        status, body, _ = await caller.ask(
            "POST", "/v1/scans", data=b"\xff" * (2 * 1024 * 1024), headers={"Content-Type": "image/png"}
        )
        assert (status, body["code"]) == (422, "no_code_found")
