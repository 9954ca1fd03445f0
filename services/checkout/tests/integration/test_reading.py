"""Who sees which orders, and in which pages."""

from dataclasses import replace
from secrets import token_hex

import pytest
from checkout_support.running import RunningCheckout

from checkout.adapters.mongo_order_search import prepare_search


async def test_nobody_else_sees_an_order(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    other_buyer = checkout.issuer.viewer(checkout.mini_program_id, "o_other")
    other_program = checkout.issuer.viewer("mpother001", checkout.openid)
    other_owner = checkout.issuer.headers("owner", owner_id="owner2")
    host = checkout.issuer.headers("host", host_id="host1")
    for headers, expected in ((other_buyer, 404), (other_program, 404), (other_owner, 404), (host, 403)):
        async with checkout.service.http.get(checkout.url(f"/orders/{order_id}"), headers=headers) as answer:
            assert answer.status == expected


async def test_nobody_else_changes_an_order(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    other_buyer = checkout.issuer.viewer(checkout.mini_program_id, "o_other")
    url = checkout.url(f"/orders/{order_id}/cancellation")
    async with checkout.service.http.post(url, headers=other_buyer) as answer:
        assert answer.status == 404
    other_owner = checkout.issuer.headers("owner", owner_id="owner2")
    url = f"{checkout.service.url}/v1/owner/orders/{order_id}/shipments"
    parcel = {"carrier": "SF Express", "tracking_number": "SF123"}
    async with checkout.service.http.post(url, json=parcel, headers=other_owner) as answer:
        assert answer.status == 404
    assert (await checkout.order(order_id))["status"] == "placed"


async def test_pages_list_every_order_once(checkout: RunningCheckout) -> None:
    placed = {await checkout.placed_id() for _ in range(5)}
    listed: list[str] = []
    cursor = ""
    while True:
        _, page = await checkout.call("GET", f"/orders?limit=2{cursor}")
        listed += [order["order_id"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(listed) == 5
    assert set(listed) == placed


async def test_the_owner_lists_the_orders_of_their_mini_program_by_status(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    path = f"/mini-programs/{checkout.mini_program_id}/orders"
    _, page = await checkout.call_as_owner("GET", f"{path}?status=placed")
    assert [order["order_id"] for order in page["items"]] == [order_id]
    _, page = await checkout.call_as_owner("GET", f"{path}?status=paid")
    assert page["items"] == []


async def test_a_buyer_finds_orders_by_their_refunds(checkout: RunningCheckout) -> None:
    order_id, _ = await checkout.paid_id(), await checkout.placed_id()
    _, order = await checkout.call("POST", f"/orders/{order_id}/refunds", {"reason": "dent"}, key="r")

    async def found(refund: str) -> list[str]:
        status, page = await checkout.call("GET", f"/orders?refund={refund}")
        assert status == 200, page
        return [order["order_id"] for order in page["items"]]

    assert (await found("open"), await found("any")) == ([order_id], [order_id])
    refund = order["refunds"][0]["refund_id"]
    assert (await checkout.call("DELETE", f"/orders/{order_id}/refunds/{refund}"))[0] == 200
    assert (await found("open"), await found("any")) == ([], [order_id])
    status, problem = await checkout.call("GET", "/orders?refund=settled")
    assert (status, problem["errors"][0]["field"]) == (422, "refund")


async def test_a_line_keeps_the_picture_and_the_words_of_the_day_it_was_bought(
    checkout: RunningCheckout,
) -> None:
    line = (await checkout.order(await checkout.placed_id()))["lines"][0]
    assert line["image_url"] == "/media/k.svg"
    assert (line["title"], line["title_en"]) == ("Kettle", "Gooseneck kettle")
    assert (line["attributes"], line["attributes_en"]) == ({"颜色": "白"}, {"colour": "white"})


async def test_an_order_from_before_lines_had_pictures_is_shown_without(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    added = {f"lines.$[].{name}": "" for name in ("image_url", "title_en", "attributes_en")}
    await checkout.collection.update_one({"_id": order_id}, {"$unset": added})
    line = (await checkout.order(order_id))["lines"][0]
    assert (line["image_url"], line["title_en"], line["attributes_en"]) == ("", "", {})


async def test_a_forged_cursor_is_refused(checkout: RunningCheckout) -> None:
    for cursor in ("AAAA", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAsIngiXQ"):
        status, problem = await checkout.call("GET", f"/orders?cursor={cursor}")
        assert (status, problem["code"]) == (422, "invalid_cursor")


async def test_the_account_counts_orders_by_status(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await checkout.call("POST", f"/orders/{order_id}/refunds", {"reason": "dent"}, key="r")
    _, account = await checkout.call("GET", "/account")
    assert (account["orders"]["paid"], account["orders"]["refunding"]) == (1, 1)


async def test_an_owner_finds_orders_of_all_their_mini_programs(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    other = replace(checkout, mini_program_id="mp" + token_hex(4), sku_id="sku" + token_hex(4))
    await other.open_shop()
    other_id = await other.placed_id()
    path = f"/orders?placed_from={(await checkout.order(order_id))['placed_at'].replace('+', '%2B')}"
    listed: list[str] = []
    cursor = ""
    while True:
        status, page = await checkout.call_as_owner("GET", f"{path}&limit=1{cursor}")
        assert status == 200, page
        listed += [order["order_id"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert listed == [other_id, order_id]
    _, page = await checkout.call_as_owner("GET", f"{path}&status=paid")
    assert [order["order_id"] for order in page["items"]] == [order_id]
    _, page = await checkout.call_as_owner("GET", f"/orders?mini_program_id={other.mini_program_id}")
    assert [order["order_id"] for order in page["items"]] == [other_id]
    for query in (
        "placed_from=2026-05-04",
        "placed_to=noon",
        "updated_since=0001-01-01T00:00:00%2B23:00",
        "q=",
    ):
        status, problem = await checkout.call_as_owner("GET", f"/orders?{query}")
        assert (status, problem["errors"][0]["field"]) == (422, query.partition("=")[0])
    status, problem = await checkout.call_as_owner("GET", "/orders?mini_program_id=nosuchshop")
    assert (status, problem["code"]) == (404, "not_found")


async def test_an_owner_finds_an_order_by_what_a_buyer_tells_them(checkout: RunningCheckout) -> None:
    order_id, _ = await checkout.paid_id(), await checkout.placed_id()
    parcel = {"carrier": "SF Express", "tracking_number": "SF" + token_hex(4)}
    await checkout.call_as_owner("POST", f"/orders/{order_id}/shipments", parcel)
    await checkout.call("POST", f"/orders/{order_id}/refunds", {"reason": "dent"}, key="r")
    mine = f"/orders?mini_program_id={checkout.mini_program_id}"
    for query, expected in (
        (f"&q={order_id}", 1), (f"&q={parcel['tracking_number']}", 1), ("&q=kETT", 2), ("&q=0000", 2),
        ("&q=1380", 0), ("&q=.*", 0), ("&refund=open", 1), ("&updated_since=2000-01-01T00:00:00Z", 2),
        ("&placed_to=2000-01-01T00:00:00Z", 0),
    ):  # fmt: skip
        status, page = await checkout.call_as_owner("GET", mine + query)
        assert (status, len(page["items"])) == (200, expected), query


@pytest.mark.parametrize("orders", ["/orders?mini_program_id={}", "/mini-programs/{}/orders?"])
async def test_an_order_that_changes_comes_again_behind_the_cursor(
    checkout: RunningCheckout, orders: str
) -> None:
    first, second = await checkout.placed_id(), await checkout.placed_id()
    path = orders.format(checkout.mini_program_id) + "&updated_since=2000-01-01T00:00:00Z&limit=1"
    _, page = await checkout.call_as_owner("GET", path)
    assert [order["order_id"] for order in page["items"]] == [first]
    await checkout.awaits_payment(first)
    listed = []
    while page["next_cursor"]:
        _, page = await checkout.call_as_owner("GET", f"{path}&cursor={page['next_cursor']}")
        listed += [order["order_id"] for order in page["items"]]
    assert listed == [second, first]


async def test_the_address_is_for_the_roles_that_send_goods(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    for role, shown, found in (
        ("admin", True, 1),
        ("orders", True, 1),
        ("finance", False, 0),
        ("read", False, 0),
    ):
        headers = checkout.issuer.headers("owner", owner_id="owner1", role=role)
        mini_program = f"/v1/owner/mini-programs/{checkout.mini_program_id}/orders"
        one = f"/v1/owner/orders/{order_id}"
        for path in (one, mini_program):
            async with checkout.service.http.get(checkout.service.url + path, headers=headers) as answer:
                body = await answer.json()
                order = body["items"][0] if path == mini_program else body
                assert ("address" in order and order["address"] is not None) == shown
        url = f"{checkout.service.url}/v1/owner/orders?mini_program_id={checkout.mini_program_id}&q=0000"
        async with checkout.service.http.get(url, headers=headers) as answer:
            assert len((await answer.json())["items"]) == found
    foreign = checkout.issuer.headers("owner", owner_id="owner2")
    url = f"{checkout.service.url}/v1/owner/orders/{order_id}"
    async with checkout.service.http.get(url, headers=foreign) as answer:
        assert answer.status == 404


async def test_orders_stored_without_the_searched_fields_are_found(checkout: RunningCheckout) -> None:
    order_id = await checkout.placed_id()
    await checkout.collection.update_one({"_id": order_id}, {"$unset": {"phone_tail": "", "changed_at": ""}})
    await prepare_search(checkout.collection)
    stored = await checkout.collection.find_one({"_id": order_id})
    assert (stored["phone_tail"], stored["changed_at"]) == ("0000", stored["placed_at"])
