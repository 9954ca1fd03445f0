"""From a draft to what viewers see: submission, verdict, release, rollback, and what hosts say."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest
from catalog_support.shop import HOST, Shop, a_draft

from contracts.identity import OwnerApplied, OwnerReinstated, OwnerState, OwnerSuspended

PROGRAMS = "/v1/owner/mini-programs"


async def start(shop: Shop, **changes: Any) -> Shop:
    """A draft of the shop's owner, by default under a name that nobody holds; the shop has its id."""
    changes = {"name": f"茶与壶{secrets.token_hex(4)}"} | changes
    view = await shop.must("POST", PROGRAMS, shop.as_owner, a_draft(**changes))
    shop.mini_program_id = view["mini_program_id"]
    return shop


async def submit(shop: Shop) -> str:
    """Submit the draft; the version's id."""
    version = await shop.must("POST", f"{shop.program_path}/versions", shop.as_owner, {"note": "please"})
    assert version["status"] == "in_review"
    return str(version["version_id"])


async def in_queue(shop: Shop, version_id: str) -> dict[str, Any]:
    """The version as the reviewer sees it."""
    cursor = ""
    while True:
        page = await shop.must("GET", f"/v1/ops/reviews?status=in_review&limit=100{cursor}", shop.as_operator)
        for review in page["items"]:
            if review["version_id"] == version_id:
                return dict(review)
        cursor = f"&cursor={page['next_cursor']}"


async def approve(shop: Shop, version_id: str) -> None:
    await shop.must("POST", f"/v1/ops/reviews/{version_id}/approval", shop.as_operator, {})


async def release(shop: Shop, version_id: str) -> tuple[int, dict[str, Any]]:
    return await shop.call("POST", f"{shop.program_path}/versions/{version_id}/release", shop.as_owner)


async def bring_live(shop: Shop) -> str:
    """Submit the draft, approve and release it."""
    version_id = await submit(shop)
    await approve(shop, version_id)
    status, version = await release(shop, version_id)
    assert (status, version["status"]) == (200, "live")
    return version_id


async def shown(shop: Shop, headers: dict[str, str] | None = None) -> str | None:
    """The name that viewers see in the host, None if it is not shown."""
    status, page = await shop.call("GET", shop.store_path, headers or shop.as_host)
    return page["mini_program"]["name"] if status == 200 else None


async def test_viewers_see_a_version_once_it_was_reviewed_and_released(shop: Shop) -> None:
    await shop.tell_owner()
    await start(shop, name="First")
    version_id = await submit(shop)
    assert (await release(shop, version_id))[1]["code"] == "wrong_state"
    await approve(shop, version_id)
    assert await shown(shop) is None
    status, version = await release(shop, version_id)
    assert (status, version["status"], await shown(shop)) == (200, "live", "First")
    assert (await release(shop, version_id))[0] == 200  # a repeat changes nothing
    await shop.must("PATCH", shop.program_path, shop.as_owner, {"name": "Second"})
    assert await shown(shop) == "First"
    second = await bring_live(shop)
    assert await shown(shop) == "Second"
    listed = await shop.must("GET", f"{shop.program_path}/versions", shop.as_owner)
    assert [(v["version_id"], v["status"]) for v in listed["items"]] == [
        (second, "live"),
        (version_id, "superseded"),
    ]
    events = await shop.expect_events("mini-program-versions", shop.mini_program_id,
        "VersionSubmitted", "VersionApproved", "HostAccepted", "VersionReleased",
        "VersionSubmitted", "VersionApproved", "VersionReleased",
    )  # fmt: skip
    assert [e.get("number") for e in events] == [1, 1, None, 1, 2, 2, 2]


async def test_a_rejected_version_says_why_by_field(shop: Shop) -> None:
    await start(shop)
    version_id = await submit(shop)
    path = f"/v1/ops/reviews/{version_id}/rejection"
    assert (await shop.call("POST", path, shop.as_operator, {"reasons": []}))[0] == 422
    reasons = [{"field": "name", "message": "another brand's"}]
    assert (await shop.call("POST", path, shop.as_owner, {"reasons": reasons}))[0] == 403
    await shop.must("POST", path, shop.as_operator, {"reasons": reasons})
    [version] = (await shop.must("GET", f"{shop.program_path}/versions", shop.as_owner))["items"]
    assert (version["status"], version["reasons"]) == ("rejected", reasons)
    assert (await release(shop, version_id))[0] == 409


async def test_a_withdrawn_version_is_not_reviewed(shop: Shop) -> None:
    await start(shop)
    version_id = await submit(shop)
    await shop.must("POST", f"{shop.program_path}/versions/{version_id}/withdrawal", shop.as_owner)
    status, problem = await shop.call("POST", f"/v1/ops/reviews/{version_id}/approval", shop.as_operator)
    assert (status, problem["code"]) == (409, "wrong_state")


async def test_each_release_can_be_rolled_back_once(shop: Shop) -> None:
    await shop.tell_owner()
    await start(shop, name="First")
    await bring_live(shop)
    rollback = f"{shop.program_path}/rollback"
    assert (await shop.call("POST", rollback, shop.as_owner))[1]["code"] == "nothing_to_roll_back"
    await shop.must("PATCH", shop.program_path, shop.as_owner, {"name": "Second"})
    await bring_live(shop)
    version = await shop.must("POST", rollback, shop.as_owner)
    assert (version["number"], version["status"], await shown(shop)) == (1, "live", "First")
    assert (await shop.call("POST", rollback, shop.as_owner))[1]["code"] == "nothing_to_roll_back"


@pytest.mark.parametrize(
    ("event", "code"), [(OwnerApplied, "owner_not_verified"), (OwnerSuspended, "owner_suspended")]
)
async def test_an_owner_who_is_not_verified_releases_nothing(
    shop: Shop, event: type[OwnerState], code: str
) -> None:
    await shop.tell_owner(event, "papers are missing")
    await start(shop)
    version_id = await submit(shop)
    await approve(shop, version_id)
    answered, problem = await release(shop, version_id)
    assert (answered, problem["code"], await shown(shop)) == (409, code, None)


async def test_a_suspended_owners_mini_programs_are_closed_until_the_owner_is_back(shop: Shop) -> None:
    name = f"茶与壶{secrets.token_hex(4)}"
    await shop.tell_owner()
    await start(shop, name=name)
    await bring_live(shop)

    async def is_shown(name: str | None) -> bool:
        assert await shown(shop) == name
        return True

    await shop.tell_owner(OwnerSuspended, "Counterfeits.", version=2)
    await shop.eventually(lambda: is_shown(None), within=5, what="the mini program is closed")
    view = await shop.must("GET", shop.program_path, shop.as_owner)
    assert (view["state"], view["reason"]) == ("suspended", "The owner is suspended. Counterfeits.")
    await shop.tell_owner(OwnerReinstated, version=3)
    await shop.eventually(lambda: is_shown(name), within=5, what="the mini program is open again")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner_name", "小米"), ("owner_kind", "brand"), ("exposure_priority", 100), ("sponsored", True), ("merchant", "m"),
        ("hosts", ["host1"]), ("state", "published"), ("terms", {"platform_bp": 0}),
    ],
)  # fmt: skip
async def test_a_field_that_is_not_the_owners_is_refused(shop: Shop, field: str, value: Any) -> None:
    await start(shop)
    for method, path, body in (
        ("PATCH", shop.program_path, {field: value}),
        ("POST", PROGRAMS, a_draft() | {field: value}),
    ):
        status, problem = await shop.call(method, path, shop.as_owner, body)
        named = "terms.platform_bp" if field == "terms" else field
        assert (status, problem["code"]) == (403, "not_your_field")
        assert [error["field"] for error in problem["errors"]] == [named]


async def test_a_name_like_anothers_is_flagged_to_the_reviewer(shop: Shop) -> None:
    name = f"云栗{secrets.token_hex(4)}"
    await shop.put_live(name=name)
    other = shop.neighbour()
    await start(other, name=f"云　慄 {name[2:].upper()}")
    version_id = await submit(other)
    review = await in_queue(other, version_id)
    [flag] = review["flags"]
    assert flag["field"] == "name"
    assert shop.mini_program_id in flag["message"]


async def test_the_name_of_a_verified_brand_cannot_be_taken(shop: Shop) -> None:
    name = f"云栗{secrets.token_hex(4)}"
    await shop.tell_owner(kind="brand")
    await shop.put_live(name=name)
    other = shop.neighbour()
    await other.tell_owner()
    await start(other, name=f"YUNLI {name[2:]}")
    status, problem = await shop.call("POST", f"{other.program_path}/versions", other.as_owner, {})
    assert (status, problem["code"]) == (409, "name_taken")
    assert name in problem["detail"]
    await other.must("PATCH", other.program_path, other.as_owner, {"name": f"Another {secrets.token_hex(4)}"})
    await submit(other)


async def test_a_suspended_owners_mini_program_is_not_opened_by_an_operator(shop: Shop) -> None:
    await shop.tell_owner()
    await start(shop)
    await bring_live(shop)
    await shop.tell_owner(OwnerSuspended, "Counterfeits.", version=2)
    for method, path, body in (
        ("POST", f"{shop.ops_path}/reinstatement", None),
        ("PUT", shop.ops_path, shop.program()),
    ):
        status, problem = await shop.call(method, path, shop.as_operator, body)
        assert (status, problem["code"]) == (409, "owner_suspended"), path


async def test_a_layout_names_what_the_mini_program_has(shop: Shop) -> None:
    await start(shop)
    layout = {
        "sections": [{"kind": "grid", "category_id": "none"}, {"kind": "list", "product_ids": ["none"]}]
    }
    status, problem = await shop.call("PATCH", shop.program_path, shop.as_owner, {"layout": layout})
    assert (status, problem["errors"][0]["field"]) == (422, "layout.sections[0].category_id")
    layout["sections"][0]["category_id"] = "tea"
    status, problem = await shop.call("PATCH", shop.program_path, shop.as_owner, {"layout": layout})
    assert (status, problem["errors"][0]["field"]) == (422, "layout.sections[1].product_ids[0]")
    del layout["sections"][1]
    changes = {"layout": layout, "theme_colour": "#c0392b"}
    await shop.must("PATCH", shop.program_path, shop.as_owner, changes)
    await shop.tell_owner()
    await bring_live(shop)
    page = await shop.must("GET", shop.store_path, shop.as_host)
    assert (page["theme_colour"], page["layout"]["sections"][0]["category_id"]) == ("#c0392b", "tea")


async def test_editors_at_once_lose_no_change(shop: Shop) -> None:
    await start(shop)

    async def add(alias: str) -> None:
        while True:
            view = await shop.must("GET", shop.program_path, shop.as_owner)
            headers = shop.as_owner | {"If-Match": f'"{view["version"]}"'}
            body = {"aliases": [*view["aliases"], alias]}
            status, problem = await shop.call("PATCH", shop.program_path, headers, body)
            if status == 200:
                return
            assert (status, problem["code"]) in {(412, "version_conflict"), (409, "conflict")}, problem

    names = [f"alias {n}" for n in range(15)]
    await asyncio.gather(*map(add, names))
    view = await shop.must("GET", shop.program_path, shop.as_owner)
    assert sorted(view["aliases"]) == sorted(names)


async def test_a_host_that_decides_by_hand_shows_what_it_took(shop: Shop) -> None:
    host = "host" + secrets.token_hex(4)
    as_host = shop.issuer.headers("host", host_id=host)
    await shop.must("PUT", "/v1/host/settings", as_host, {"accept": "by_hand"})
    await shop.tell_owner()
    name = f"茶与壶{secrets.token_hex(4)}"
    await start(shop, name=name, requested_hosts=[HOST, host])
    await bring_live(shop)
    assert (await shown(shop), await shown(shop, as_host)) == (name, None)
    [asked] = (await shop.must("GET", "/v1/host/reviews", as_host))["items"]
    assert (asked["mini_program_id"], asked["status"]) == (shop.mini_program_id, "waiting")
    decision = f"/v1/host/mini-programs/{shop.mini_program_id}"
    await shop.must("POST", f"{decision}/acceptance", as_host)
    assert await shown(shop, as_host) == name
    assert (await shop.call("POST", f"{decision}/acceptance", as_host))[1]["code"] == "already_accepted"
    await shop.must("PATCH", shop.program_path, shop.as_owner, {"name": "Later"})
    await bring_live(shop)
    assert await shown(shop, as_host) == "Later"
    await shop.must("POST", f"{decision}/refusal", as_host, {"reason": "not for us"})
    assert (await shown(shop, as_host), await shown(shop)) == (None, "Later")
    stranger = shop.issuer.headers("host", host_id="stranger")
    assert (await shop.call("POST", f"{decision}/acceptance", stranger))[0] == 404


async def test_the_review_queue_lists_versions_by_status(shop: Shop) -> None:
    await start(shop)
    wanted = [await submit(shop) for _ in range(3)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        path = f"/v1/ops/reviews?status=in_review&limit=2{cursor}"
        page = await shop.must("GET", path, shop.as_operator)
        seen += [item["version_id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert len(seen) == len(set(seen))
    assert [one for one in seen if one in wanted] == wanted


async def test_a_draft_with_a_refused_word_is_not_submitted_and_says_where(shop: Shop) -> None:
    await start(shop, slogan="代开 发票，快")
    path = f"{shop.program_path}/versions"
    status, problem = await shop.call("POST", path, shop.as_owner, {"note": "please"})
    assert (status, problem["code"]) == (422, "content_refused")
    assert [error["field"] for error in problem["errors"]] == ["slogan"]
    assert (await shop.must("GET", path, shop.as_owner))["items"] == []
