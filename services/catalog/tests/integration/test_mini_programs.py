"""Operators change mini programs; another owner's are not found."""

from __future__ import annotations

import asyncio

from catalog_support.payment import Payment
from catalog_support.shop import Shop, a_draft, a_product


async def test_each_change_of_a_mini_program_publishes_all_of_it(shop: Shop) -> None:
    status, view = await shop.call("PUT", shop.ops_path, shop.as_operator, shop.program())
    assert (status, view["state"], view["owner_id"]) == (201, "published", shop.owner_id)
    status, again = await shop.call("PUT", shop.ops_path, shop.as_operator, shop.program())
    assert (status, again) == (200, view)  # a repeat changes nothing
    await shop.put_live(slogan="New")
    await shop.must("POST", f"{shop.ops_path}/suspension", shop.as_operator, {"reason": "fakes"})
    await shop.must("POST", f"{shop.ops_path}/reinstatement", shop.as_operator)
    events = await shop.expect_events("mini-programs", shop.mini_program_id,
        "MiniProgramRegistered", "MiniProgramPublished", "MiniProgramChanged", "MiniProgramSuspended", "MiniProgramChanged",
    )  # fmt: skip
    assert [e["version"] for e in events] == [1, 2, 3, 4, 5]
    assert [e["state"] for e in events] == ["registered", "published", "published", "suspended", "published"]
    assert [e["slogan"] for e in events] == ["好东西", "好东西", "New", "New", "New"]
    assert {e["name"] for e in events} == {"小米有品"}


async def test_an_illegal_change_of_state_is_a_conflict(shop: Shop) -> None:
    draft = await shop.must("POST", "/v1/owner/mini-programs", shop.as_owner, a_draft())
    ops = f"/v1/ops/mini-programs/{draft['mini_program_id']}"
    for call, body in (("suspension", {"reason": "x"}), ("reinstatement", None)):
        status, problem = await shop.call("POST", f"{ops}/{call}", shop.as_operator, body)
        assert (status, problem["code"]) == (409, "wrong_state")
        assert (await shop.call("POST", f"{ops}/{call}", shop.as_owner, body))[0] == 403
    nowhere = "/v1/ops/mini-programs/nothing99/reinstatement"
    assert (await shop.call("POST", nowhere, shop.as_operator))[0] == 404


async def test_calls_that_were_replaced_name_the_new_ones(shop: Shop) -> None:
    await shop.open()
    for method, path, headers, new in (
        ("PUT", shop.program_path, shop.as_owner, "PATCH"),
        ("POST", f"{shop.ops_path}/publication", shop.as_operator, "/v1/ops/reviews/"),
    ):
        status, problem = await shop.call(method, path, headers, {})
        assert (status, problem["code"]) == (410, "gone")
        assert new in problem["detail"]


async def test_the_platforms_terms_are_the_operators(shop: Shop) -> None:
    await shop.open()
    terms = {"platform_bp": 300, "exposure_priority": 9, "sponsored": True, "merchant": "default"}
    assert (await shop.call("PUT", f"{shop.ops_path}/terms", shop.as_owner, terms))[0] == 403
    view = await shop.must("PUT", f"{shop.ops_path}/terms", shop.as_operator, terms)
    assert (view["terms"], view["exposure_priority"]) == ({"platform_bp": 300, "creator_bp": 500}, 9)
    *_, last = await shop.expect_events("products", shop.product_id, "ProductListed", "ProductChanged")
    assert last["terms"] == {"platform_bp": 300, "creator_bp": 500, "terms_version": 2}


async def test_only_a_merchant_that_can_collect_for_the_owner_can_be_chosen(
    shop: Shop, payment: Payment
) -> None:
    await shop.open()
    payment.merchants |= {"kiosk": None, "own": shop.owner_id, "foreign": "somebody-else"}
    for path, wanted in ((f"{shop.ops_path}/terms", {"platform_bp": 300}), (shop.ops_path, shop.program())):
        for merchant, why in (("typo", "is not configured"), ("foreign", "belongs to another owner")):
            status, problem = await shop.call("PUT", path, shop.as_operator, wanted | {"merchant": merchant})
            assert (status, problem["code"]) == (422, "invalid_content")
            [error] = problem["errors"]
            assert error["field"] == "merchant"
            assert error["message"] == f"{why}; this mini program can use: default, kiosk, own"
        for merchant in ("own", "kiosk"):
            view = await shop.must("PUT", path, shop.as_operator, wanted | {"merchant": merchant})
            assert view["merchant"] == merchant


async def test_without_payment_only_the_platforms_own_merchant_can_be_chosen(
    shop: Shop, payment: Payment
) -> None:
    payment.is_up = False
    try:
        await shop.open()
        terms = {"platform_bp": 300, "merchant": "kiosk"}
        status, problem = await shop.call("PUT", f"{shop.ops_path}/terms", shop.as_operator, terms)
        assert (status, problem["code"]) == (503, "unavailable")
    finally:
        payment.is_up = True


async def test_another_owners_mini_program_is_not_found(shop: Shop) -> None:
    await shop.open()
    other = shop.issuer.headers("owner", owner_id="somebody-else")
    sku = f"/v1/owner/skus/{shop.sku_id}/stock"
    calls = [
        ("GET", shop.program_path, None),
        ("PATCH", shop.program_path, {"name": "Mine"}),
        ("GET", f"{shop.program_path}/versions", None),
        ("POST", f"{shop.program_path}/versions", {}),
        ("POST", f"{shop.program_path}/versions/1/release", None),
        ("POST", f"{shop.program_path}/versions/1/withdrawal", None),
        ("POST", f"{shop.program_path}/rollback", None),
        ("PUT", shop.product_path(), a_product(shop.sku_id)),
        ("DELETE", shop.product_path(), None),
        ("GET", sku, None),
        ("PUT", sku, {"available": 1}),
    ]
    assert [(await shop.call(m, p, other, b))[0] for m, p, b in calls] == [404] * len(calls)
    listed = await shop.must("GET", "/v1/owner/mini-programs", other)
    assert listed == {"items": [], "next_cursor": None}
    mine = await shop.must("GET", "/v1/owner/mini-programs", shop.as_owner)
    assert [p["mini_program_id"] for p in mine["items"]] == [shop.mini_program_id]
    assert (await shop.call("GET", sku, shop.as_operator))[0] == 200
    assert (await shop.stock())["available"] == 30


async def test_of_two_operators_who_set_terms_the_second_is_told(shop: Shop) -> None:
    await shop.put_live()
    view = await shop.must("GET", shop.program_path, shop.as_operator)
    as_read = shop.as_operator | {"If-Match": f'"{view["version"]}"'}
    first = await shop.must("PUT", f"{shop.ops_path}/terms", as_read, {"platform_bp": 7})
    assert first["version"] == view["version"] + 1
    status, problem = await shop.call("PUT", f"{shop.ops_path}/terms", as_read, {"platform_bp": 9})
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", first["version"])
    status, problem = await shop.call("PATCH", shop.program_path, as_read, {"slogan": "New"})
    assert (status, problem["version"]) == (412, first["version"])
    assert await shop.must("GET", shop.program_path, shop.as_operator) == first


async def test_of_two_operators_who_put_a_version_live_the_second_is_told(shop: Shop) -> None:
    new = shop.as_operator | {"If-Match": '"0"'}
    view = await shop.must("PUT", shop.ops_path, new, shop.program())
    status, problem = await shop.call("PUT", shop.ops_path, new, shop.program())
    assert (status, problem["version"]) == (412, view["version"])
    as_read = shop.as_operator | {"If-Match": f'"{view["version"]}"'}
    answers = await asyncio.gather(
        *(shop.call("PUT", shop.ops_path, as_read, shop.program() | {"slogan": f"New {n}"}) for n in range(5))
    )
    assert sorted(status for status, _ in answers) == [200, 412, 412, 412, 412]
