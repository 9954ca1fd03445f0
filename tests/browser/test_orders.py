"""The viewer's orders in a mini program: their list, their pictures, their refunds."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from support.office import answer_to, office
from support.phone import Phone, mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_orders_are_shown_with_picture_and_words_and_without_asking_for_products(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    shop = mini_program_of(order := await viewer.bought())
    asked = calls(viewer.page, "/products/")
    await viewer.open(f"/m/{shop}/orders", ".order-row .line-picture")
    await viewer.drawn()
    assert await viewer.page.evaluate("document.querySelector('.line-picture').naturalWidth > 0")
    title = await viewer.page.locator(".order-row .line-title").inner_text()
    assert title.replace("×\xa0", "x ").isascii()
    await viewer.open(order, ".order-item .line-picture")
    await viewer.drawn()
    assert asked == []


async def test_the_list_of_refunds_is_asked_for_and_not_read_through(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    shop = mini_program_of(order := await viewer.bought())
    await viewer.open(order, ".status-card")
    await viewer.page.get_by_role("button", name="Request a refund").click()
    await viewer.page.locator("dialog .primary").click()
    await viewer.sees("[data-refund=requested]")
    asked = calls(viewer.page, "/orders?")
    await viewer.open(f"/m/{shop}/orders", ".order-row")
    await viewer.page.locator(".shelf").get_by_text("Refunds", exact=True).click()
    await viewer.sees(".shelf[aria-current=page]:has-text('Refunds')")
    await viewer.sees(f".order-row[href$='{order}']")
    await viewer.until(
        "document.querySelector('.shelf[aria-current]').getBoundingClientRect().right <= innerWidth"
    )
    assert len([call for call in asked if "refund=any" in call]) == 1


async def test_an_address_is_sent_with_a_key(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.open("/m/mpyunliselect/account", ".counts")
    await viewer.page.get_by_role("button", name="Add address").click()
    for name, value in {"recipient": "Ann", "phone": "13800001234", "region": "Hangzhou", "street": "1 Hubin Road"}.items():  # fmt: skip
        await viewer.page.locator(f"dialog [name={name}]").fill(value)
    async with viewer.page.expect_request(
        lambda request: request.method == "POST" and request.url.endswith("/addresses")
    ) as sent:
        await viewer.page.locator("dialog .primary").click()
    assert len((await sent.value).headers["idempotency-key"]) >= 32


async def test_parcels_are_shown_with_their_lines_and_what_is_still_to_come(
    phone: Any, demo: dict[str, Any]
) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.tap_an_anchor()
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .address-option, dialog .new-address")
    await viewer.page.get_by_role("button", name="Increase").click()
    await viewer.page.locator("dialog .primary").click()
    await viewer.page.wait_for_url(lambda url: not url.startswith(viewer.app))
    await viewer.pay()
    await viewer.page.locator(".result .primary").click()
    await viewer.sees(".status-card[data-status=paid]")
    async with office(demo, await viewer.path()) as (owner, order):
        sku = (await answer_to(owner.get(order)))["lines"][0]["sku_id"]
        for number in ("SF100", "SF200"):
            parcel = {"carrier": "SF", "tracking_number": number, "lines": [{"sku_id": sku, "quantity": 1}]}
            await answer_to(owner.post(f"{order}/shipments", json=parcel))
            link = await viewer.sees(f".parcel:has-text('{number}') a")
            assert number in str(await link.get_attribute("href"))
            if number == "SF100":
                assert "×\xa01" in await (await viewer.sees("[data-to-come]")).inner_text()
        await viewer.page.locator("[data-to-come]").wait_for(state="detached")
    assert await viewer.page.locator(".parcel b").all_inner_texts() == ["Parcel 1", "Parcel 2"]
    assert await viewer.page.locator(".parcel li").count() == 2


async def test_a_refused_refund_says_why_and_an_open_one_can_be_taken_back(
    phone: Any, demo: dict[str, Any]
) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.bought()
    await ask_for_a_refund(viewer)
    async with office(demo, await viewer.path()) as (owner, order):
        [refund] = (await answer_to(owner.get(order)))["refunds"]
        await answer_to(
            owner.post(f"{order}/refunds/{refund['refund_id']}/rejection", json={"reason": "Opened and used"})
        )
    assert "Opened and used" in await (await viewer.sees("[data-refund=rejected]")).inner_text()
    await ask_for_a_refund(viewer)
    await viewer.page.locator(".actions").get_by_role("button", name="Withdraw refund request").click()
    await viewer.page.locator("dialog .primary").dblclick()
    await viewer.sees("[data-refund=withdrawn]")
    await viewer.page.locator("dialog").wait_for(state="detached")
    await viewer.page.reload()
    await viewer.sees("[data-refund=withdrawn]")
    assert await viewer.page.locator("[data-refund=requested]").count() == 0


async def ask_for_a_refund(viewer: Phone) -> None:
    await viewer.page.get_by_role("button", name="Request a refund").click()
    await viewer.page.locator("dialog .primary").click()
    await viewer.sees("[data-refund=requested]")
    await viewer.page.locator("dialog").wait_for(state="detached")


def calls(page: Page, part: str) -> list[str]:
    """The addresses with `part` that the page calls from now on."""
    called: list[str] = []
    page.on("request", lambda request: called.append(request.url) if part in request.url else None)
    return called
