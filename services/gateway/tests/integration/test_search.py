"""Search, and taps on its results."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_support.access import token
from gateway_support.running import Gateway
from gateway_support.samples import PRODUCT, PROGRAM, TARGET

from contracts.tokens.clicks import read_click
from contracts.tokens.pseudonyms import viewer_pseudonym


@pytest.fixture
def gateway(gateway_with_kafka: Gateway) -> Gateway:
    """These tests read the events."""
    return gateway_with_kafka


PAGE: dict[str, Any] = {
    "query": "wine",
    "results": [
        {"kind": "mini_program", "mini_program_id": "wineshop01", "result_id": "", "why": "name"},
        {"kind": "account", "account_id": "acc-1", "result_id": "", "why": "name"},
        {
            "kind": "product",
            "product_id": "p1",
            "mini_program_id": "wineshop01",
            "result_id": "",
            "why": "title",
        },
    ],
    "next_cursor": None,
}
PAGE |= {
    "mini_programs": PAGE["results"][:1],
    "accounts": PAGE["results"][1:2],
    "products": PAGE["results"][2:],
}


class TestSearch:
    """Each result has an id that says where it was shown."""

    async def test_each_result_has_an_id_and_the_search_is_published(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", "/v1/search", PAGE)
        status, page, _ = await gateway.call("GET", "/v1/search?q=wine", headers={"Anchorage-Viewer": "u1"})
        assert status == 200
        ids = [result["result_id"] for result in page["results"]]
        assert all(ids)
        assert len(set(ids)) == 3
        assert ids == [page[name][0]["result_id"] for name in ("mini_programs", "accounts", "products")]
        [(kind, event, _)] = await gateway.events(1)
        assert (kind, event["query"]) == ("anchorage.SearchPerformed.v1", "wine")
        assert [result["id"] for result in event["results"]] == ["wineshop01", "acc-1", "p1"]

    async def test_a_tap_on_a_result_leads_to_its_page_and_is_a_click(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", "/v1/search", PAGE)
        gateway.backend.will_answer("GET", f"{PRODUCT}/target", TARGET)
        gateway.backend.will_answer("GET", f"{PROGRAM}/store", {})
        _, page, _ = await gateway.call("GET", "/v1/search?q=wine", headers={"Anchorage-Viewer": "u1"})
        targets = []
        for result in page["results"]:
            status, body, _ = await gateway.call(
                "POST", "/v1/search/clicks", json={"result_id": result["result_id"]}
            )
            assert status == 200
            targets.append(body["target"])
            click = read_click(body["click_id"], gateway.settings.click_secret)
            assert click.surface == "search"
            assert click.viewer == viewer_pseudonym(gateway.settings.viewer_secret, "host-1", "u1")
        assert targets[0] == {
            "kind": "mini_program",
            "page": "store",
            "mini_program_id": "wineshop01",
            "available": True,
        }
        assert targets[1] == {"kind": "account", "page": "account", "account_id": "acc-1"}
        assert targets[2] == {"kind": "product"} | TARGET["target"]
        events = await gateway.events(4)
        assert [event["rank"] for kind, event, _ in events if "Clicked" in kind] == [0, 1, 2]

    async def test_a_search_inside_a_store_is_published_and_its_results_can_be_tapped(
        self, gateway: Gateway
    ) -> None:
        page: dict[str, Any] = {
            "query": "wine",
            "items": [PAGE["products"][0]],
            "next_cursor": None,
            "facets": {},
        }
        gateway.backend.will_answer("GET", f"{PROGRAM}/search", page)
        gateway.backend.will_answer("GET", f"{PRODUCT}/target", TARGET)
        session = token(
            "viewer",
            host_id="host-1",
            mini_program_id="wineshop01",
            openid="o1",
            viewer="v1",
            click_id="came-by",
        )
        _, found, _ = await gateway.call("GET", f"{PROGRAM}/search?q=wine", bearer=session)
        [result] = found["items"]
        for bearer in (session, None):
            asked = {"bearer": bearer} if bearer else {"headers": {"Anchorage-Viewer": "u1"}}
            status, body, _ = await gateway.call(
                "POST", "/v1/search/clicks", json={"result_id": result["result_id"]}, **asked
            )
            assert (status, body["target"]["product"]) == (200, TARGET["target"]["product"])
            assert (body["click_id"] == "came-by") == (bearer is session), (
                "an order is attributed to the first click"
            )
        stranger = token("viewer", host_id="host-1", mini_program_id="othershop1", openid="o2", viewer="v2")
        status, _, _ = await gateway.call(
            "POST", "/v1/search/clicks", bearer=stranger, json={"result_id": result["result_id"]}
        )
        assert status == 404
        events = [event for _, event, _ in await gateway.events(3)]
        searched = [event for event in events if "query" in event]
        assert [(e["mini_program_id"], e["viewer"], e["viewer_is_known"]) for e in searched] == [
            ("wineshop01", "v1", True)
        ]
        clicked = [event for event in events if "query" not in event]
        assert {event["search_id"] for event in clicked} == {searched[0]["search_id"]}
        assert [(event["id"], event["rank"]) for event in clicked] == [("p1", 0)] * 2

    async def test_browsing_without_a_query_is_not_a_search(self, gateway: Gateway) -> None:
        page: dict[str, Any] = {
            "query": "",
            "items": [PAGE["products"][0]],
            "next_cursor": None,
            "facets": {},
        }
        gateway.backend.will_answer("GET", f"{PROGRAM}/search", page)
        gateway.backend.will_answer("GET", "/v1/search", PAGE)
        _, found, _ = await gateway.call("GET", f"{PROGRAM}/search?q=")
        assert found["items"][0]["result_id"]
        await gateway.call("GET", "/v1/search?q=wine")
        [(_, event, _)] = await gateway.events(1)
        assert (event["query"], event["viewer_is_known"]) == ("wine", False)

    async def test_head_shows_nobody_anything_and_is_no_search(self, gateway: Gateway) -> None:
        page: dict[str, Any] = {"query": "wine", "items": PAGE["products"], "next_cursor": None, "facets": {}}
        gateway.backend.will_answer("GET", f"{PROGRAM}/search", page)
        gateway.backend.will_answer("GET", "/v1/search", PAGE)
        gateway.backend.will_answer("GET", PRODUCT, {})
        for path in (f"{PROGRAM}/search?q=wine", "/v1/search?q=wine", PRODUCT):
            status, _, _ = await gateway.call("HEAD", path, headers={"Anchorage-Viewer": "u1"})
            assert status == 200
        await gateway.call("GET", "/v1/search?q=wine")
        [(_, event, _)] = await gateway.events(1)
        assert not event["viewer_is_known"], "the event of the GET, and none of the others before it"

    async def test_a_result_id_cannot_be_forged_or_used_by_another_host(self, gateway: Gateway) -> None:
        gateway.backend.will_answer("GET", "/v1/search", PAGE)
        _, page, _ = await gateway.call("GET", "/v1/search?q=wine")
        good = page["results"][1]["result_id"]
        head, claims, signature = good.split(".")
        other = page["results"][0]["result_id"].split(".")[1]
        altered = ("B" if signature.startswith("A") else "A") + signature[1:]
        _, body, _ = await gateway.call("POST", "/v1/search/clicks", json={"result_id": good})
        a_click = body["click_id"]
        forged = (
            f"{head}.{claims}x.{signature}", f"{head}.{other}.{signature}", f"{head}.{claims}.{altered}", "x", "..",
            f"{head}.{claims}", a_click,
        )  # fmt: skip
        for bad in forged:
            status, body, _ = await gateway.call("POST", "/v1/search/clicks", json={"result_id": bad})
            assert (status, body["errors"][0]["field"]) == (422, "result_id"), bad
        other = token("host", host_id="host-2")
        status, _, _ = await gateway.call("POST", "/v1/search/clicks", bearer=other, json={"result_id": good})
        assert status == 422
