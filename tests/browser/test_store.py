"""A store: sorted, filtered, and still so after a reload and on the way back."""

from __future__ import annotations

from typing import Any

import pytest

from support.eventually import eventually
from support.phone import Phone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

STORE = "/m/mpluolinglane"


async def test_a_store_is_sorted_by_price_and_stays_so(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(STORE, ".product-card")
    price = viewer.page.locator(".sort-bar").get_by_role("button", name="Price")
    await price.dblclick()  # the second tap turns it round
    await viewer.sees(".arrows[data-at=price_desc]")
    await shows(viewer, lambda prices: prices == sorted(prices, reverse=True))
    await price.click()
    await shows(viewer, lambda prices: prices == sorted(prices))
    first = await viewer.page.locator(".product-card").first.get_attribute("href")
    await viewer.page.reload()
    await viewer.sees(".arrows[data-at=price_asc]")
    await shows(viewer, lambda prices: prices == sorted(prices))
    assert await viewer.page.locator(".product-card").first.get_attribute("href") == first
    await viewer.page.locator(".product-card").nth(1).click()
    await viewer.sees(".buy")
    await viewer.page.evaluate("history.back()")
    await shows(viewer, lambda prices: prices == sorted(prices))


async def test_more_of_a_sorted_store_goes_on_in_the_same_order(phone: Any) -> None:
    viewer = await phone("xiaoting")
    await viewer.open(f"{STORE}?sort=price_desc", ".product-card")
    await viewer.page.locator(".more").click()
    await viewer.until("document.querySelectorAll('.product-card').length > 20")
    await shows(viewer, lambda prices: prices == sorted(prices, reverse=True))


async def test_a_store_shows_what_can_be_bought(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.open(STORE, ".product-card")
    await viewer.page.get_by_label("In stock").check()
    await viewer.sees(".product-card")
    assert await viewer.page.evaluate("location.search") == "?in_stock=true"
    assert await viewer.page.locator(".product-card .over").count() == 0
    await viewer.page.get_by_label("In stock").uncheck()
    await viewer.sees(".product-card")
    assert await viewer.page.evaluate("location.search") == ""


async def test_results_inside_a_store_are_sorted(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(f"{STORE}/search?q=tea", ".product-card")
    await viewer.page.locator(".sort-bar").get_by_role("button", name="Price").click()
    await shows(viewer, lambda prices: prices == sorted(prices))
    assert await viewer.page.evaluate("location.search") == "?q=tea&sort=price_asc"


async def shows(viewer: Phone, fits: Any) -> None:
    """Wait until the prices of all cards are as they should be."""

    async def as_they_should_be() -> bool:
        texts = await viewer.page.locator(".product-card .price").all_inner_texts()
        prices = [float(text.lstrip("¥").replace(",", "")) for text in texts]
        assert len(set(prices)) > 1, texts
        assert fits(prices), prices
        return True

    await eventually(as_they_should_be, within=30)
