"""The viewer's orders in a mini program: their list, their pictures, their refunds."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from support.phone import mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_orders_are_shown_with_picture_and_words_and_without_asking_for_products(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    shop = mini_program_of(order := await viewer.bought())
    asked = calls(viewer.page, "/products/")
    await viewer.open(f"/m/{shop}/orders", ".order-row .line-picture")
    await viewer.drawn()
    assert await viewer.page.evaluate("document.querySelector('.line-picture').naturalWidth > 0")
    title = await viewer.page.locator(".order-row .line-title").inner_text()
    assert title.replace("×", "x").isascii()
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


def calls(page: Page, part: str) -> list[str]:
    """The addresses with `part` that the page calls from now on."""
    called: list[str] = []
    page.on("request", lambda request: called.append(request.url) if part in request.url else None)
    return called
