"""From a draft to what viewers see: submission, verdict, release, rollback, and what hosts say."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from catalog_support.shop import HOST, Shop, a_draft, a_product, a_video, know_hosts

from catalog.adapters.mongo_version_histories import MongoVersionHistories
from contracts.identity import HostRegistered, OwnerApplied, OwnerReinstated, OwnerState, OwnerSuspended

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
    one = f"{shop.program_path}/versions/{version_id}"
    assert await shop.must("GET", one, shop.as_owner) == version
    review = await shop.must("GET", f"/v1/ops/reviews/{version_id}", shop.as_operator)
    assert (review["version_id"], review["reasons"]) == (version_id, reasons)
    assert (await shop.call("GET", one.replace("_1", "_2"), shop.as_owner))[0] == 404
    assert (await shop.call("GET", one, shop.issuer.headers("owner", owner_id="another")))[0] == 404
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
    await start(shop)
    version_id = await submit(shop)
    await approve(shop, version_id)
    await shop.tell_owner(event, "papers are missing")
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


async def test_a_suspended_owner_prepares_nothing_and_hears_why(shop: Shop) -> None:
    await shop.tell_owner()
    await start(shop)
    product = a_product(shop.sku_id, category_id="tea")
    await shop.must("PUT", shop.product_path(shop.product_id), shop.as_owner, product)
    await shop.tell_owner(OwnerSuspended, "Counterfeits.", version=2)
    prepared = await shop.must("GET", shop.program_path, shop.as_owner)
    for method, path, body in (
        ("POST", PROGRAMS, a_draft()),
        ("PATCH", shop.program_path, {"name": "Better"}),
        ("POST", f"{shop.program_path}/versions", {}),
        ("PUT", shop.product_path(shop.product_id), product | {"title": "Better"}),
        ("PUT", shop.product_path(f"{shop.product_id}2"), product),
        ("PATCH", shop.product_path(shop.product_id), {"title": "Better"}),
    ):
        status, problem = await shop.call(method, path, shop.as_owner, body)
        assert (status, problem["code"]) == (403, "owner_suspended"), (method, path)
        assert "Counterfeits." in problem["detail"]
    after = await shop.must("GET", shop.program_path, shop.as_owner)
    closed = {"state", "reason", "version"}
    assert {k: v for k, v in after.items() if k not in closed} == {
        k: v for k, v in prepared.items() if k not in closed
    }
    await shop.must("DELETE", shop.product_path(shop.product_id), shop.as_owner)
    await shop.must("PATCH", shop.program_path, shop.as_operator, {"name": "Better"})
    await shop.tell_owner(OwnerReinstated, version=3)
    await submit(shop)


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


async def test_a_name_with_a_brands_name_in_it_is_flagged_to_the_reviewer(shop: Shop) -> None:
    brand = f"Nova{secrets.token_hex(4)}"
    await shop.tell_owner(kind="brand", name=brand)
    other = shop.neighbour()
    await start(other, name=f"{brand}旗舰店", aliases=[f"{brand.lower()}s"])
    review = await in_queue(other, await submit(other))
    assert review["flags"] == [
        {
            "field": "name",
            "message": f"{brand}旗舰店 contains {brand}, a name of the verified brand {brand}.",
        }
    ]


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


async def test_a_hosts_settings_have_versions(shop: Shop) -> None:
    as_host = shop.issuer.headers("host", host_id="host" + secrets.token_hex(4))
    path = "/v1/host/settings"
    assert await shop.must("GET", path, as_host) == {"accept": "all", "version": 0}
    set_first = await shop.must("PUT", path, as_host | {"If-Match": '"0"'}, {"accept": "by_hand"})
    assert set_first == {"accept": "by_hand", "version": 1}
    status, problem = await shop.call("PUT", path, as_host | {"If-Match": '"0"'}, {"accept": "all"})
    assert (status, problem["code"], problem["version"]) == (412, "version_conflict", 1)
    assert await shop.must("PUT", path, as_host, {"accept": "all"}) == {"accept": "all", "version": 2}


async def test_a_host_that_decides_by_hand_shows_what_it_took(shop: Shop) -> None:
    host = "host" + secrets.token_hex(4)
    await know_hosts(shop.service.db, host)
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


async def test_only_hosts_that_exist_can_be_asked_for(shop: Shop) -> None:
    wrong = [
        ("requested_hosts[1]", "there is no host nowhere"),
        ("requested_hosts[2]", "there is no host WeTalk"),
    ]
    hosts = [HOST, "nowhere", "WeTalk"]
    await start(shop)
    for method, path in (("POST", PROGRAMS), ("PATCH", shop.program_path)):
        answer = await shop.call(method, path, shop.as_owner, a_draft(requested_hosts=hosts))
        assert named(answer) == wrong
    answer = await shop.call("PUT", shop.ops_path, shop.as_operator, shop.program(hosts=hosts))
    assert named(answer) == [(field.removeprefix("requested_"), why) for field, why in wrong]
    video = a_video(shop) | {"host_id": "nowhere"}
    answer = await shop.call("PUT", f"/v1/creator/videos/v{secrets.token_hex(4)}", shop.as_creator(), video)
    assert named(answer) == [("host_id", "there is no host nowhere")]
    assert (await shop.must("GET", shop.program_path, shop.as_owner))["requested_hosts"] == [HOST]


async def test_a_suspended_host_can_be_kept_but_not_asked_for(shop: Shop) -> None:
    host = "host" + secrets.token_hex(4)
    await know_hosts(shop.service.db, host, state="suspended")
    suspended = f"the host {host} is suspended"
    hosts = [HOST, host]
    await start(shop)
    for method, path in (("POST", PROGRAMS), ("PATCH", shop.program_path)):
        answer = await shop.call(method, path, shop.as_owner, a_draft(requested_hosts=hosts))
        assert named(answer) == [("requested_hosts[1]", suspended)]
    answer = await shop.call("PUT", shop.ops_path, shop.as_operator, shop.program(hosts=hosts))
    assert named(answer) == [("hosts[1]", suspended)]
    path, viewers = f"{shop.program_path}/testers", [{"host_id": host, "viewer": "a" * 32}]
    answer = await shop.call("PUT", path, shop.as_owner, {"viewers": viewers})
    assert named(answer) == [("viewers[0].host_id", suspended)]
    video = a_video(shop) | {"host_id": host}
    answer = await shop.call("PUT", f"/v1/creator/videos/v{secrets.token_hex(4)}", shop.as_creator(), video)
    assert named(answer) == [("host_id", suspended)]
    await shop.service.db["hosts"].update_one({"_id": host}, {"$set": {"state": "active"}})
    await shop.must("PATCH", shop.program_path, shop.as_owner, {"requested_hosts": hosts})
    await shop.service.db["hosts"].update_one({"_id": host}, {"$set": {"state": "suspended"}})
    await shop.must(
        "PATCH", shop.program_path, shop.as_owner, {"slogan": "Good tea", "requested_hosts": hosts}
    )


async def test_a_host_can_be_asked_for_once_identity_has_registered_it(shop: Shop) -> None:
    await start(shop)
    host_id = f"host{secrets.token_hex(4)}"
    await shop.publish(HostRegistered(version=1, host_id=host_id, name="WeTalk"))

    async def asked() -> bool:
        await shop.must("PATCH", shop.program_path, shop.as_owner, {"requested_hosts": [host_id]})
        return True

    await shop.eventually(asked, within=20, what="the catalog knows the host")


def named(answer: tuple[int, dict[str, Any]]) -> list[tuple[str, str]]:
    """The fields that a 422 names, each with its message."""
    status, problem = answer
    assert (status, problem["code"]) == (422, "invalid_content"), problem
    return [(error["field"], error["message"]) for error in problem["errors"]]


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


async def test_a_mini_program_closed_with_its_owner_is_open_again_under_another(shop: Shop) -> None:
    await shop.tell_owner()
    await shop.open()
    await shop.tell_owner(OwnerSuspended, "Counterfeits.", version=2)

    async def closed() -> bool:
        assert await shown(shop) is None
        return True

    await shop.eventually(closed, within=20, what="the mini program is closed")
    other = shop.neighbour()
    view = await shop.put_live(owner_id=other.owner_id)
    assert (view["state"], view["reason"], view["owner_id"]) == ("published", "", other.owner_id)
    assert await shown(shop) is not None
    history = await shop.service.db["version_histories"].find_one({"_id": shop.mini_program_id})
    assert history is not None
    assert history["owner_id"] == other.owner_id
    await shop.must("POST", f"{shop.ops_path}/suspension", shop.as_operator, {"reason": "fakes"})
    view = await shop.put_live(owner_id=shop.neighbour().owner_id)
    assert view["state"] == "suspended", "an operator's own suspension stays"


async def changed(
    shop: Shop, path: str, since: datetime, headers: dict[str, str], more: str = ""
) -> list[Any]:
    """The items of a list by change, one on a page."""
    items: list[Any] = []
    cursor = ""
    while True:
        query = f"updated_since={quote(since.isoformat())}&limit=1{more}{cursor}"
        page = await shop.must("GET", f"{path}?{query}", headers)
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"


async def test_versions_are_followed_by_their_changes(shop: Shop) -> None:
    await shop.tell_owner()
    await start(shop)
    begin, versions = datetime.now(UTC), f"{shop.program_path}/versions"
    first, second = await submit(shop), await submit(shop)

    async def followed(path: str, headers: dict[str, str], more: str = "") -> list[tuple[str, str]]:
        found = await changed(shop, path, begin, headers, more)
        return [(one["version_id"], one["status"]) for one in found if one["version_id"] in (first, second)]

    expected = [(first, "in_review"), (second, "in_review")]
    assert await followed(versions, shop.as_owner) == expected
    await approve(shop, first)
    expected = [(second, "in_review"), (first, "approved")]
    assert await followed(versions, shop.as_owner) == expected
    assert await followed("/v1/ops/reviews", shop.as_operator) == expected
    assert await followed("/v1/ops/reviews", shop.as_operator, "&status=approved") == expected[1:]
    await release(shop, first)
    await approve(shop, second)
    await release(shop, second)
    expected = [(first, "superseded"), (second, "live")]
    assert await followed(versions, shop.as_owner) == expected
    assert await changed(shop, versions, datetime.now(UTC), shop.as_owner) == []
    stranger = shop.issuer.headers("owner", owner_id="somebody")
    query = f"{versions}?updated_since={quote(begin.isoformat())}"
    assert (await shop.call("GET", query, stranger))[0] == 404


async def test_a_host_follows_what_it_is_asked_to_decide(shop: Shop) -> None:
    host = "host" + secrets.token_hex(4)
    await know_hosts(shop.service.db, host)
    as_host, begin = shop.issuer.headers("host", host_id=host), datetime.now(UTC)
    await shop.tell_owner()
    programs = []
    for _ in range(2):
        await start(shop, requested_hosts=[host])
        programs.append(shop.mini_program_id)
        await approve(shop, await submit(shop))

    async def followed(since: datetime, more: str = "") -> list[str]:
        found = await changed(shop, "/v1/host/reviews", since, as_host, more)
        return [one["mini_program_id"] for one in found]

    assert await followed(begin) == programs
    later = datetime.now(UTC)
    await shop.must("POST", f"/v1/host/mini-programs/{programs[0]}/acceptance", as_host, {})
    await shop.must("PATCH", shop.program_path, shop.as_owner, {"slogan": "Nothing that a host sees"})
    assert await followed(later) == programs[:1]
    assert await followed(begin) == programs[::-1]
    assert await followed(begin, "&status=waiting") == programs[1:]


async def test_versions_of_an_older_catalog_are_dated_by_what_is_known(shop: Shop) -> None:
    await shop.tell_owner()
    await start(shop)
    begin = datetime.now(UTC)
    version_id = await submit(shop)
    await approve(shop, version_id)
    db = shop.service.db
    await db["version_histories"].update_one(
        {"_id": shop.mini_program_id}, {"$unset": {"versions.0.changed_at": ""}}
    )
    path = f"{shop.program_path}/versions"
    assert await changed(shop, path, begin, shop.as_owner) == []
    await MongoVersionHistories(db, shop.service.recorder).prepare()
    [version] = await changed(shop, path, begin, shop.as_owner)
    assert version["version_id"] == version_id
