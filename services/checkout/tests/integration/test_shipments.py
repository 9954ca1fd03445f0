"""An owner sends an order in parcels and corrects them; the buyer sees where each is followed."""

from __future__ import annotations

import secrets

import pytest
from checkout_support.running import RunningCheckout


async def test_an_order_is_sent_in_parcels_each_with_an_event_about_its_lines(
    checkout: RunningCheckout,
) -> None:
    order_id = await checkout.paid_id()
    path, half = f"/orders/{order_id}/shipments", [{"sku_id": checkout.sku_id, "quantity": 1}]
    first = {"carrier": "sf", "tracking_number": "SF1", "lines": half}
    status, order = await checkout.call_as_owner("POST", path, first)
    assert (status, order["shipments"][0]["lines"]) == (201, half)
    rest = {"carrier": "other", "carrier_name": "Uncle Wang", "tracking_number": "7"}
    status, order = await checkout.call_as_owner("POST", path, rest)
    assert [(s["carrier"], s["carrier_id"], s["lines"]) for s in order["shipments"]] == [
        ("顺丰速运", "sf", half), ("Uncle Wang", "other", half),
    ]  # fmt: skip
    too_much = {"carrier": "sf", "tracking_number": "SF2", "lines": half}
    status, problem = await checkout.call_as_owner("POST", path, too_much)
    assert (status, problem["code"]) == (409, "refused")
    await checkout.until_published(
        order_id, "OrderPlaced", "OrderConfirmed", "OrderPaid", "OrderShipped", "OrderShipped"
    )
    sent = (await checkout.published(order_id))[-2:]
    assert [(event["complete"], event["lines"]) for event in sent] == [(False, half), (True, half)]


async def test_a_wrong_number_is_corrected_until_the_goods_are_received(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    _, order = await checkout.call_as_owner(
        "POST", f"/orders/{order_id}/shipments", {"carrier": "zto", "tracking_number": "1"}
    )
    parcel = f"/orders/{order_id}/shipments/{order['shipments'][0]['shipment_id']}"
    status, order = await checkout.call_as_owner("PATCH", parcel, {"tracking_number": "2"})
    assert status == 200, order
    [seen] = (await checkout.order(order_id))["shipments"]
    assert (seen["tracking_number"], seen["tracking_url"].endswith("nu=2")) == ("2", True)
    assert [wrong["tracking_number"] for wrong in seen["corrections"]] == ["1"]
    status, problem = await checkout.call_as_owner("PATCH", parcel, {})
    assert (status, problem["code"]) == (422, "invalid_content")
    status, problem = await checkout.call_as_owner("PATCH", f"{parcel}x", {"tracking_number": "2"})
    assert (status, problem["code"]) == (404, "not_found")
    await checkout.call("POST", f"/orders/{order_id}/receipt")
    status, problem = await checkout.call_as_owner("PATCH", parcel, {"tracking_number": "3"})
    assert (status, problem["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("seller", ["owner", "operator"])
async def test_a_correction_of_an_order_that_has_changed_in_the_meantime_is_refused(
    checkout: RunningCheckout, seller: str
) -> None:
    call = checkout.call_as_owner if seller == "owner" else checkout.call_as_operator
    why = {"reason": "a call"} if seller == "operator" else {}
    order_id = await checkout.paid_id()
    label = {"carrier": "zto", "tracking_number": "1"}
    _, order = await call("POST", f"/orders/{order_id}/shipments", label | why)
    parcel = f"/orders/{order_id}/shipments/{order['shipments'][0]['shipment_id']}"
    status, corrected = await call("PATCH", parcel, {"tracking_number": "2"} | why, if_match=order["version"])
    assert (status, corrected["version"]) == (200, order["version"] + 1)
    status, problem = await call("PATCH", parcel, {"tracking_number": "3"} | why, if_match=order["version"])
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", corrected["version"])
    [seen] = (await checkout.order(order_id))["shipments"]
    assert seen["tracking_number"] == "2"


@pytest.mark.parametrize("seller", ["owner", "operator"])
async def test_a_parcel_that_is_sent_again_under_its_key_is_one_parcel(
    checkout: RunningCheckout, seller: str
) -> None:
    order_id = await checkout.paid_id()
    path, key = f"/orders/{order_id}/shipments", secrets.token_hex(8)
    call = checkout.call_as_owner if seller == "owner" else checkout.call_as_operator
    why = {"reason": "a call"} if seller == "operator" else {}
    body = {
        "carrier": "zto",
        "tracking_number": "1",
        "lines": [{"sku_id": checkout.sku_id, "quantity": 1}],
    } | why
    _, sent = await call("POST", path, body, key=key)
    corrected = f"{path}/{sent['shipments'][0]['shipment_id']}"
    status, _ = await checkout.call_as_owner("PATCH", corrected, {"tracking_number": "2"})
    assert status == 200
    status, again = await call("POST", path, body, key=key)
    assert (status, [parcel["tracking_number"] for parcel in again["shipments"]]) == (201, ["2"])
    status, problem = await call("POST", path, body | {"tracking_number": "3"}, key=key)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    status, more = await call("POST", path, body | {"tracking_number": "3"}, key=secrets.token_hex(8))
    assert (status, len(more["shipments"])) == (201, 2)


async def test_everybody_reads_the_list_of_carriers(checkout: RunningCheckout) -> None:
    async with checkout.service.http.get(f"{checkout.service.url}/v1/carriers") as answer:
        carriers = {carrier["carrier_id"]: carrier for carrier in (await answer.json())["items"]}
    assert carriers["sf"]["name"] == "顺丰速运"
    assert "{tracking_number}" in carriers["sf"]["tracking_url"]
    assert carriers["other"]["tracking_url"] is None
