"""What a shared code opens when things have changed since: a kind answer, never another product."""

from __future__ import annotations

from typing import Any

import pytest

from support.events import records_of, types_of, value_of
from support.platform import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def shared(app: Any, mini_program_id: str, product_id: str) -> dict[str, Any]:
    """A viewer of `app` shares the product."""
    token = await app.enter(mini_program_id)
    path = f"/v1/mini-programs/{mini_program_id}/products/{product_id}/share-codes"
    return dict(await app.post(path, {}, token=token))


async def opened(app: Any, code: dict[str, Any]) -> dict[str, Any]:
    """Where a scan of the code's picture leads in the host of `app`."""
    picture = await app.get(code["image_url"].removeprefix(app.demo["gateway"]))
    headers = {"Authorization": f"Bearer {app.token}", "Content-Type": "image/png"}
    async with app.session.post(app.demo["gateway"] + "/v1/scans", data=picture, headers=headers) as answer:
        scanned = await answer.json()
    assert answer.status == 200, scanned
    assert scanned["code"] == code["code"]
    return dict(scanned["target"])


async def owner_of(app: Any, mini_program_id: str) -> str:
    """The access token of the mini program's owner."""
    owner = next(o for o in app.demo["owners"] if mini_program_id in o["mini_program_ids"])
    return str(await app.log_in(owner))


async def test_a_code_of_a_delisted_product_leads_to_its_store(host_app: Any) -> None:
    shop = host_app.shop("brand")
    store = await host_app.get(f"/v1/mini-programs/{shop}/store?limit=100")
    product_id = store["products"]["items"][-1]["product_id"]
    code = await shared(host_app, shop, product_id)
    path = f"/v1/owner/mini-programs/{shop}/products/{product_id}"
    status, _ = await host_app.call("DELETE", path, token=await owner_of(host_app, shop))
    assert status == 200

    async def says_so() -> dict[str, Any]:
        target = await opened(host_app, code)
        assert target["reason"] == "delisted", target
        return target

    target = await host_app.eventually(says_so, within=20, what="the code to say that its product is gone")
    assert (target["available"], target["product"]) == (False, None)
    assert target["instead"] == {"page": "store", "mini_program_id": shop}
    assert (await host_app.get(f"/v1/mini-programs/{shop}/store"))["mini_program"]["mini_program_id"] == shop


async def test_a_code_of_a_suspended_mini_program_leads_to_the_entrance(host_app: Any) -> None:
    shop = host_app.shop("platform")
    product, _ = await host_app.product_on_sale(shop)
    code = await shared(host_app, shop, product["product_id"])
    ops = await host_app.log_in(host_app.demo["ops"])
    path = f"/v1/ops/mini-programs/{shop}"
    await host_app.post(f"{path}/suspension", {"reason": "a test"}, token=ops, expect=200)

    async def opens(reason: str | None) -> dict[str, Any]:
        target = await opened(host_app, code)
        assert target["reason"] == reason, target
        return target

    try:
        target = await host_app.eventually(lambda: opens("suspended"), within=20, what="the suspension")
        assert (target["available"], target["product"]) == (False, None)
        assert target["instead"] == {"page": "entrance", "mini_program_id": None}
    finally:
        await host_app.post(f"{path}/reinstatement", token=ops, expect=200)
    target = await host_app.eventually(
        lambda: opens(None), within=20, what="the code to open its product again"
    )
    assert target["product"]["product_id"] == product["product_id"]


async def test_a_code_of_a_mini_program_that_another_host_has_not_leads_to_its_entrance(
    host_app: Any, other_host: Any
) -> None:
    there = {
        m["mini_program_id"] for m in (await other_host.get("/v1/entry/mini-programs?limit=100"))["items"]
    }
    shop = next(
        id_ for owner in host_app.demo["owners"] for id_ in owner["mini_program_ids"] if id_ not in there
    )
    product, _ = await host_app.product_on_sale(shop)
    code = await shared(host_app, shop, product["product_id"])
    target = await opened(other_host, code)
    assert (target["available"], target["reason"], target["product"]) == (False, "not_in_this_host", None)
    assert target["instead"] == {"page": "entrance", "mini_program_id": None}
    assert (await opened(host_app, code))["product"]["product_id"] == product["product_id"]


async def test_a_sale_by_share_is_attributed_to_who_shared(
    host_app: Any, other_host: Any, platform: Platform
) -> None:
    shop = host_app.shop("brand")
    product, sku = await host_app.product_on_sale(shop)
    code = await shared(host_app, shop, product["product_id"])
    scanned = await other_host.post("/v1/scans", {"text": code["link"]}, expect=200)
    token = await other_host.enter(shop, surface="share_code", click_id=scanned["click_id"])
    order = await other_host.place(shop, token, sku, click_id=scanned["click_id"])
    assert (order["attribution"]["surface"], order["attribution"]["share_code"]) == (
        "share_code",
        code["code"],
    )
    kafka, prefix = platform.demo["kafka"], platform.prefix

    async def told(topic: str, kind: str, **of: str) -> list[dict[str, Any]]:
        records = await records_of(kafka, f"{prefix}{topic}")
        events = [value_of(r) for r, each in zip(records, types_of(records), strict=True) if each == kind]
        return [event for event in events if of.items() <= event.items()]

    [created] = await host_app.eventually(
        lambda: told("share-codes", "ShareCodeCreated", code=code["code"]), what="the code's event"
    )
    [placed] = await told("orders", "OrderPlaced", order_id=order["order_id"])
    attribution = placed["attribution"]
    assert (attribution["surface"], attribution["share_code"]) == ("share_code", code["code"])
    assert attribution["sharer"] == created["sharer"]
    scans = await host_app.eventually(
        lambda: told("engagement", "ShareCodeScanned", code=code["code"]), what="the scan's event"
    )
    assert [scan["sharer"] for scan in scans] == [created["sharer"]]
