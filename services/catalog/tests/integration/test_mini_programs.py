"""Owners and operators change mini programs."""

from __future__ import annotations

from catalog_support.shop import Shop, a_product, a_program


async def test_each_change_of_a_mini_program_publishes_all_of_it(shop: Shop) -> None:
    path, ops = shop.program_path, f"/v1/ops/mini-programs/{shop.mini_program_id}"
    status, view = await shop.call("PUT", path, shop.as_owner, a_program())
    assert (status, view["state"], view["owner_id"]) == (201, "registered", shop.owner_id)
    assert (await shop.call("PUT", path, shop.as_owner, a_program()))[0] == 200  # a repeat changes nothing
    await shop.must("POST", f"{ops}/publication", shop.as_operator)
    await shop.must("POST", f"{ops}/publication", shop.as_operator)
    await shop.must("PUT", path, shop.as_owner, a_program(slogan="New"))
    await shop.must("POST", f"{ops}/suspension", shop.as_operator, {"reason": "fakes"})
    await shop.must("POST", f"{ops}/reinstatement", shop.as_operator)
    events = await shop.expect_events("mini-programs", shop.mini_program_id,
        "MiniProgramRegistered", "MiniProgramPublished", "MiniProgramChanged", "MiniProgramSuspended", "MiniProgramChanged",
    )  # fmt: skip
    assert [e["version"] for e in events] == [1, 2, 3, 4, 5]
    assert [e["state"] for e in events] == ["registered", "published", "published", "suspended", "published"]
    assert [e["slogan"] for e in events] == ["好东西", "好东西", "New", "New", "New"]
    assert {e["name"] for e in events} == {"小米有品"}


async def test_an_illegal_change_of_state_is_a_conflict(shop: Shop) -> None:
    await shop.must("PUT", shop.program_path, shop.as_owner, a_program())
    ops = f"/v1/ops/mini-programs/{shop.mini_program_id}"
    for call, body in (("suspension", {"reason": "x"}), ("reinstatement", None)):
        status, problem = await shop.call("POST", f"{ops}/{call}", shop.as_operator, body)
        assert (status, problem["code"]) == (409, "wrong_state")
    status, _ = await shop.call("POST", "/v1/ops/mini-programs/nothing99/publication", shop.as_operator)
    assert status == 404
    assert (await shop.call("POST", f"{ops}/publication", shop.as_owner))[0] == 403


async def test_after_the_review_an_owner_cannot_raise_their_own_mini_programs_priority(shop: Shop) -> None:
    await shop.open()
    lifted = a_program(exposure_priority=100, terms={"platform_bp": 0, "creator_bp": 500})
    status, problem = await shop.call("PUT", shop.program_path, shop.as_owner, lifted)
    assert (status, problem["code"]) == (403, "operators_only")
    assert [e["field"] for e in problem["errors"]] == ["exposure_priority", "terms.platform_bp"]
    view = await shop.must("PUT", shop.program_path, shop.as_operator, lifted | {"owner_id": shop.owner_id})
    assert (view["exposure_priority"], view["owner_id"]) == (100, shop.owner_id)


async def test_another_owners_mini_program_is_not_found(shop: Shop) -> None:
    await shop.open()
    other = shop.issuer.headers("owner", owner_id="somebody-else")
    sku = f"/v1/owner/skus/{shop.sku_id}/stock"
    calls = [
        ("GET", shop.program_path, None),
        ("PUT", shop.program_path, a_program()),
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
