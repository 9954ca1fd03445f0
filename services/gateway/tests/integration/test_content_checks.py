"""Texts that wait for an operator, of all services in one list."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from gateway_support.running import Gateway

LIST = "/v1/ops/content-checks"


def check(check_id: str) -> dict[str, Any]:
    return {"check_id": check_id}


def will_answer_in_turn(gateway: Gateway, *pages: tuple[list[str], str | None]) -> list[dict[str, str]]:
    """Answer the services' lists with these ids and cursors, one after the other; the queries, as they arrive."""
    left, queries = list(pages), []

    async def answer(request: web.Request) -> web.Response:
        queries.append(dict(request.query))
        ids, cursor = left.pop(0)
        return web.json_response({"items": [check(one) for one in ids], "next_cursor": cursor})

    gateway.backend.answers["GET", LIST] = answer
    return queries


async def test_one_list_holds_what_waits_in_every_service(gateway: Gateway) -> None:
    queries = will_answer_in_turn(gateway, (["product_a"], None), (["review_b"], None))
    status, page, _ = await gateway.call("GET", LIST, "ops")
    assert status == 200
    assert page == {"items": [check("product_a"), check("review_b")], "next_cursor": None}
    assert [query["limit"] for query in queries] == ["20", "19"]


async def test_a_page_ends_where_it_is_full_and_the_next_goes_on_there(gateway: Gateway) -> None:
    will_answer_in_turn(gateway, (["product_a"], "c1"))
    _, first, _ = await gateway.call("GET", f"{LIST}?limit=1", "ops")
    queries = will_answer_in_turn(gateway, (["product_b"], None))
    _, second, _ = await gateway.call("GET", f"{LIST}?limit=1&cursor={first['next_cursor']}", "ops")
    assert (queries[0]["cursor"], second["items"]) == ("c1", [check("product_b")])
    queries = will_answer_in_turn(gateway, (["review_c"], None))
    _, third, _ = await gateway.call("GET", f"{LIST}?limit=1&cursor={second['next_cursor']}", "ops")
    assert ("cursor" in queries[0], third) == (False, {"items": [check("review_c")], "next_cursor": None})


async def test_a_list_by_change_asks_every_service_for_what_changed(gateway: Gateway) -> None:
    queries = will_answer_in_turn(gateway, ([], None), ([], None))
    await gateway.call("GET", f"{LIST}?updated_since=2026-05-04T12:00:00Z", "ops")
    assert [query["updated_since"] for query in queries] == ["2026-05-04T12:00:00+00:00"] * 2


async def test_a_cursor_of_another_list_is_refused(gateway: Gateway) -> None:
    status, problem, _ = await gateway.call("GET", f"{LIST}?cursor=identity.x", "ops")
    assert (status, problem["code"]) == (422, "invalid_cursor")


async def test_a_verdict_reaches_the_service_and_an_unknown_kind_is_not_found(gateway: Gateway) -> None:
    path = f"{LIST}/review_1/rejection"
    gateway.backend.will_answer("POST", path, check("review_1"))
    reasons = {"reasons": [{"message": "names a person"}]}
    status, _, _ = await gateway.call("POST", path, "ops", json=reasons)
    assert (status, b"names a person" in gateway.backend.seen[-1].body) == (200, True)
    status, problem, _ = await gateway.call("POST", f"{LIST}/order_1/approval", "ops")
    assert (status, problem["code"]) == (404, "not_found")
