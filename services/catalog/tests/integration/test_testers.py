"""Testers see the newest draft in their sessions; everybody else sees what is live."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from catalog_support.shop import HOST, Shop, a_draft, a_product, know_hosts

from contracts.identity import OwnerReinstated, OwnerSuspended

PROGRAMS = "/v1/owner/mini-programs"


def a_viewer() -> str:
    """A pseudonym as the gateway makes it."""
    return secrets.token_hex(16)


def in_session(shop: Shop, viewer: str, host_id: str = HOST) -> dict[str, str]:
    return shop.issuer.viewer(shop.mini_program_id, f"o{viewer}", host_id=host_id, viewer=viewer)


async def shown(shop: Shop, headers: dict[str, str]) -> str | None:
    """The name that somebody sees, None if nothing."""
    status, page = await shop.call("GET", shop.store_path, headers)
    assert status in (200, 404), page
    return page["mini_program"]["name"] if status == 200 else None


async def name_testers(shop: Shop, *viewers: str, host_id: str = HOST) -> dict[str, Any]:
    wanted = [{"host_id": host_id, "viewer": viewer} for viewer in viewers]
    return await shop.must("PUT", f"{shop.program_path}/testers", shop.as_owner, {"viewers": wanted})


async def start(shop: Shop, **changes: Any) -> Shop:
    draft = a_draft(name=f"茶与壶{secrets.token_hex(4)}") | changes
    shop.mini_program_id = (await shop.must("POST", PROGRAMS, shop.as_owner, draft))["mini_program_id"]
    return shop


async def test_only_a_tester_sees_a_mini_program_that_was_never_released(shop: Shop) -> None:
    tester = a_viewer()
    layout = {"sections": [{"kind": "grid", "title": "New", "category_id": "tea"}]}
    await start(shop, name="Trial", theme_colour="#2e7d5b", layout=layout)
    await shop.must("PUT", shop.product_path(), shop.as_owner, a_product(shop.sku_id))
    assert await shown(shop, in_session(shop, tester)) is None
    view = await name_testers(shop, tester)
    assert (view["viewers"], view["version"]) == ([{"host_id": HOST, "viewer": tester}], 1)
    page = await shop.must("GET", shop.store_path, in_session(shop, tester))
    assert (page["mini_program"]["name"], page["theme_colour"]) == ("Trial", "#2e7d5b")
    assert page["layout"]["sections"][0]["title"] == "New"
    assert [one["product_id"] for one in page["products"]["items"]] == [shop.product_id]
    await shop.must("GET", shop.page_path(), in_session(shop, tester))
    for others in (in_session(shop, a_viewer()), in_session(shop, tester, "another-host"), shop.as_host):
        assert await shown(shop, others) is None
        assert (await shop.call("GET", shop.page_path(), others))[0] == 404
    entrance = await shop.must("GET", "/v1/entry/mini-programs?limit=100", shop.as_host)
    assert shop.mini_program_id not in [one["mini_program_id"] for one in entrance["items"]]


async def test_a_tester_sees_the_newest_draft_and_others_the_live_version(shop: Shop) -> None:
    await shop.put_live(name="Live")
    tester, other = a_viewer(), a_viewer()
    await name_testers(shop, tester)
    for name in ("Draft", "Newer draft"):
        await shop.must("PATCH", shop.program_path, shop.as_owner, {"name": name})
        assert await shown(shop, in_session(shop, tester)) == name
        assert await shown(shop, in_session(shop, other)) == await shown(shop, shop.as_host) == "Live"
    await name_testers(shop, other)
    assert await shown(shop, in_session(shop, tester)) == "Live"
    assert await shown(shop, in_session(shop, other)) == "Newer draft"


async def test_a_draft_is_tested_in_the_hosts_that_it_asks_for_and_that_have_not_refused_it(
    shop: Shop,
) -> None:
    host, tester = f"host{secrets.token_hex(4)}", a_viewer()
    await know_hosts(shop.service.db, host)
    as_host = shop.issuer.headers("host", host_id=host)
    await shop.put_live(name="Live")
    await name_testers(shop, tester, host_id=host)
    assert await shown(shop, in_session(shop, tester, host)) is None
    await shop.must("PATCH", shop.program_path, shop.as_owner, {"requested_hosts": [HOST, host]})
    assert await shown(shop, in_session(shop, tester, host)) == "Live"
    await shop.put_live(name="Live", hosts=[HOST, host])
    await shop.must("POST", f"/v1/host/mini-programs/{shop.mini_program_id}/refusal", as_host)
    assert await shown(shop, in_session(shop, tester, host)) is None


async def test_nobody_tests_a_suspended_mini_program_or_one_of_a_suspended_owner(shop: Shop) -> None:
    tester = a_viewer()
    await start(shop, name="Trial")
    await name_testers(shop, tester)
    await shop.tell_owner()

    async def sees(name: str | None) -> bool:
        assert await shown(shop, in_session(shop, tester)) == name
        return True

    await shop.tell_owner(OwnerSuspended, "fakes", version=2)
    await shop.eventually(lambda: sees(None), within=20, what="the draft is closed")
    await shop.tell_owner(OwnerReinstated, version=3)
    await shop.eventually(lambda: sees("Trial"), within=20, what="the draft is open again")
    await shop.put_live(name="Live")
    await shop.must("POST", f"{shop.ops_path}/suspension", shop.as_operator, {"reason": "fakes"})
    assert await shown(shop, in_session(shop, tester)) is None


async def test_testers_are_edited_with_versions_and_by_their_owner_only(shop: Shop) -> None:
    await start(shop)
    path, first, second = f"{shop.program_path}/testers", a_viewer(), a_viewer()
    assert (await shop.must("GET", path, shop.as_owner))["version"] == 0
    await name_testers(shop, first)
    assert (await name_testers(shop, first))["version"] == 1
    body = {"viewers": [{"host_id": HOST, "viewer": second}]}
    status, problem = await shop.call("PUT", path, shop.as_owner | {"If-Match": '"0"'}, body)
    assert (status, problem["version"]) == (412, 1)
    for stranger in (shop.neighbour().as_owner, shop.issuer.headers("owner", owner_id="nobody")):
        assert (await shop.call("PUT", path, stranger, body))[0] == 404
        assert (await shop.call("GET", path, stranger))[0] == 404
    status, problem = await shop.call(
        "PUT", path, shop.as_owner, {"viewers": [{"host_id": "nowhere", "viewer": second}]}
    )
    assert (status, problem["errors"][0]["field"]) == (422, "viewers[0].host_id")
    view = await shop.must("GET", path, shop.as_owner)
    assert view["viewers"] == [{"host_id": HOST, "viewer": first}]


@pytest.mark.parametrize("viewer", ["", "user-7", "A" * 32])
async def test_what_is_no_pseudonym_is_refused(shop: Shop, viewer: str) -> None:
    await start(shop)
    body = {"viewers": [{"host_id": HOST, "viewer": viewer}]}
    status, problem = await shop.call("PUT", f"{shop.program_path}/testers", shop.as_owner, body)
    assert (status, problem["errors"][0]["field"]) == (422, "viewers[0].viewer")
