"""Operators act on every owner's orders, with a reason; owners keep notes and download their orders."""

from __future__ import annotations

import csv
import io
import logging
from typing import Any

import orjson
import pytest
from checkout_support.running import ADDRESS, RunningCheckout

WHY = {"reason": "The owner is away."}
PARCEL = {"carrier": "sf", "tracking_number": "SF1"}


async def as_operator(
    checkout: RunningCheckout, method: str, path: str, body: Any = None, *, role: str = "admin", key: str = ""
) -> tuple[int, Any]:
    headers = checkout.issuer.headers("ops", role=role) | ({"Idempotency-Key": key} if key else {})
    path = f"/{path}" if path[:1] not in ("", "?") else path
    url = f"{checkout.service.url}/v1/ops/orders{path}"
    async with checkout.service.http.request(method, url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_an_operator_reads_an_order_and_its_address_for_a_reason_only(
    checkout: RunningCheckout, caplog: pytest.LogCaptureFixture
) -> None:
    order_id = await checkout.placed_id()
    _, order = await as_operator(checkout, "GET", order_id)
    assert order["address"] is None
    with caplog.at_level(logging.INFO, logger="checkout.http.owners"):
        _, order = await as_operator(checkout, "GET", f"{order_id}?reason=lost%20parcel")
    assert order["address"] == ADDRESS
    assert [getattr(record, "reason", None) for record in caplog.records] == ["lost parcel"]
    _, order = await as_operator(checkout, "GET", f"{order_id}?reason=curious", role="read")
    assert order["address"] is None
    status, problem = await as_operator(checkout, "GET", f"{order_id[:-1]}x")
    assert (status, problem["code"]) == (404, "not_found")


async def test_an_operator_does_what_the_owner_could(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    status, problem = await as_operator(checkout, "POST", f"{order_id}/shipments", PARCEL)
    assert (status, problem["errors"][0]["field"]) == (422, "reason")
    status, order = await as_operator(checkout, "POST", f"{order_id}/shipments", PARCEL | WHY)
    assert (status, order["address"]) == (201, None)
    parcel = f"{order_id}/shipments/{order['shipments'][0]['shipment_id']}"
    _, order = await as_operator(checkout, "PATCH", parcel, WHY | {"tracking_number": "SF2"})
    assert order["shipments"][0]["tracking_number"] == "SF2"
    _, order = await as_operator(
        checkout, "POST", f"{order_id}/refunds", WHY | {"amount": {"amount": 10}}, key="k"
    )
    assert [refund["status"] for refund in order["refunds"]] == ["approved"]
    request = {"amount": {"amount": 20}, "reason": "dent"}
    for key in ("a", "b"):
        _, order = await checkout.call("POST", f"/orders/{order_id}/refunds", request, key=key)
    first, second = (f"{order_id}/refunds/{refund['refund_id']}" for refund in order["refunds"][1:])
    await as_operator(checkout, "POST", f"{first}/approval", WHY)
    _, order = await as_operator(checkout, "POST", f"{second}/rejection", WHY)
    assert [refund["status"] for refund in order["refunds"]] == ["approved", "approved", "rejected"]
    actions = await checkout.service.db["actions"].find({}).to_list()
    told = [orjson.loads(event["value"]) for action in actions for event in action["outbox"].values()]
    reasons = {entry["reason"] for entry in told if entry["object_id"] == order_id}
    assert reasons == {"The owner is away."}, "the audit log has the operator's reason"


async def test_an_operator_cancels_an_order_and_the_buyer_reads_that_it_was_one(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.paid_id()
    status, problem = await as_operator(checkout, "POST", f"{order_id}/cancellation", WHY, role="catalogue")
    assert (status, problem["code"]) == (403, "not_your_role")
    await as_operator(checkout, "POST", f"{order_id}/cancellation", WHY)
    assert (await checkout.order(order_id))["cancellation"]["by"] == "operator"


async def test_notes_are_for_the_owner_and_not_for_the_buyer(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    for _ in range(2):
        status, order = await checkout.call_as_owner(
            "POST", f"/orders/{order_id}/notes", {"text": "a friend"}
        )
        assert status == 201, order
    await as_operator(checkout, "POST", f"{order_id}/notes", WHY | {"text": "called the owner"})
    _, order = await checkout.call_as_owner("GET", f"/orders/{order_id}")
    assert [note["text"] for note in order["notes"]] == ["a friend", "called the owner"]
    assert "notes" not in await checkout.order(order_id)


async def download(checkout: RunningCheckout, query: str = "", role: str = "admin") -> list[dict[str, str]]:
    url = f"{checkout.service.url}/v1/owner/orders.csv?mini_program_id={checkout.mini_program_id}{query}"
    headers = checkout.issuer.headers("owner", owner_id="owner1", role=role)
    async with checkout.service.http.get(url, headers=headers) as answer:
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        body = await answer.read()
    assert body.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


async def test_an_owner_downloads_the_orders_that_the_filters_name(checkout: RunningCheckout) -> None:
    formula = ADDRESS | {"recipient": '=HYPERLINK("http://evil.example")'}
    first = (await checkout.place(address=formula))["order_id"]
    second = await checkout.paid_id()
    rows = await download(checkout)
    assert [row["order_id"] for row in rows] == [second, first]
    assert (rows[0]["total"], rows[0]["pieces"], rows[0]["phone"]) == ("2.00", "2", ADDRESS["phone"])
    assert rows[1]["recipient"].startswith("'=")
    assert [row["order_id"] for row in await download(checkout, "&status=paid")] == [second]
    assert {
        row["recipient"] + row["phone"] + row["street"] for row in await download(checkout, role="finance")
    } == {""}


async def test_a_download_of_another_owners_mini_program_is_not_found(checkout: RunningCheckout) -> None:
    url = f"{checkout.service.url}/v1/owner/orders.csv?mini_program_id={checkout.mini_program_id}"
    headers = checkout.issuer.headers("owner", owner_id="somebody")
    async with checkout.service.http.get(url, headers=headers) as answer:
        assert answer.status == 404


async def test_a_download_longer_than_one_portion_holds_every_order_once(
    checkout: RunningCheckout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checkout.application.owner_orders.PORTION", 2)
    placed = [(await checkout.place())["order_id"] for _ in range(5)]
    assert [row["order_id"] for row in await download(checkout)] == placed[::-1]


async def test_an_operator_finds_every_owners_orders_and_phones_for_a_reason_only(
    checkout: RunningCheckout, caplog: pytest.LogCaptureFixture
) -> None:
    order_id = await checkout.placed_id()

    async def found(query: str, role: str = "admin") -> list[dict[str, Any]]:
        status, page = await as_operator(checkout, "GET", f"?limit=100&{query}", role=role)
        assert status == 200, page
        return [order for order in page["items"] if order["mini_program_id"] == checkout.mini_program_id]

    assert [(one["order_id"], one["address"]) for one in await found("")] == [(order_id, None)]
    assert len(await found("owner_id=owner1")) == 1
    assert await found("owner_id=somebody") == []
    tail = ADDRESS["phone"][-4:]
    assert await found(f"q={tail}") == []
    with caplog.at_level(logging.INFO, logger="checkout.http.owners"):
        [order] = await found(f"q={tail}&reason=lost%20parcel")
    assert order["address"] == ADDRESS
    assert [getattr(record, "reason", None) for record in caplog.records] == ["lost parcel"]
    assert await found(f"q={tail}&reason=curious", role="read") == []


async def test_an_operator_looks_for_a_mini_program_of_one_owner(checkout: RunningCheckout) -> None:
    of_program = f"?mini_program_id={checkout.mini_program_id}"
    assert (await as_operator(checkout, "GET", of_program))[0] == 200
    for unknown in (f"{of_program}&owner_id=somebody", "?mini_program_id=mpunknown1"):
        status, problem = await as_operator(checkout, "GET", unknown)
        assert (status, problem["code"]) == (404, "not_found")


async def test_an_operator_downloads_orders_without_addresses_unless_it_says_why(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.placed_id()

    async def phones(query: str) -> dict[str, str]:
        url = f"{checkout.service.url}/v1/ops/orders.csv?mini_program_id={checkout.mini_program_id}{query}"
        async with checkout.service.http.get(url, headers=checkout.issuer.headers("ops")) as answer:
            assert answer.status == 200
            rows = csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig")))
        return {row["order_id"]: row["phone"] for row in rows}

    assert await phones("") == {order_id: ""}
    assert await phones("&reason=lost%20parcel") == {order_id: ADDRESS["phone"]}
