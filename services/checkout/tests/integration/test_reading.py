"""Who sees which orders, and in which pages."""

from checkout_support.running import RunningCheckout


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


async def test_a_forged_cursor_is_refused(checkout: RunningCheckout) -> None:
    for cursor in ("AAAA", "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAsIngiXQ"):
        status, problem = await checkout.call("GET", f"/orders?cursor={cursor}")
        assert (status, problem["code"]) == (422, "invalid_cursor")


async def test_the_account_counts_orders_by_status(checkout: RunningCheckout) -> None:
    order_id = await checkout.paid_id()
    await checkout.call("POST", f"/orders/{order_id}/refunds", {"reason": "dent"}, key="r")
    _, account = await checkout.call("GET", "/account")
    assert (account["orders"]["paid"], account["orders"]["refunding"]) == (1, 1)
