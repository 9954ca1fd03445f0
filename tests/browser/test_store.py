"""A store: sorted, filtered, and still so after a reload and on the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Route

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


COLOURS = ("#ffff00", "#000000", "#ffffff", "#7f7f7f", "#1e66d0")
CONTRASTS = """() => {
  const linear = value => (value /= 255) <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4;
  const luminance = colour => { const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(linear); return .2126 * r + .7152 * g + .0722 * b };
  const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + .05) / (y + .05) };
  const of = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
  return [
    contrast(of('.shelf[aria-pressed=true]', 'color'), of('.shelf[aria-pressed=true]', 'backgroundColor')),
    contrast(of('.mini-tabs .tab[aria-current]', 'color'), of('.mini-tabs', 'backgroundColor')),
    contrast(of('.sort[aria-pressed=true]', 'color'), of('.mini', 'backgroundColor')),
  ];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_theme_is_worn_in_every_host_and_stays_readable(phone: Any, scheme: str) -> None:
    viewer = await phone("kuaiying", "en", scheme=scheme)
    plain = await phone("xiaoting", "en", scheme=scheme)
    await plain.open(STORE, ".product-card")
    usual = await plain.page.evaluate(BUTTON_COLOUR)
    for colour in COLOURS:
        await changed(viewer, {"theme_colour": colour})
        await viewer.open(STORE, ".product-card")
        contrasts = await viewer.page.evaluate(CONTRASTS)
        assert min(contrasts) >= 4.5, (colour, contrasts)
        assert await viewer.page.evaluate(BUTTON_COLOUR) != usual
    await changed(plain, {"theme_colour": colour})
    await plain.open(STORE, ".product-card")
    assert await plain.page.evaluate(BUTTON_COLOUR) == await viewer.page.evaluate(BUTTON_COLOUR)
    await viewer.page.locator(".product-card").first.click()
    await viewer.page.locator(".buy:enabled").click()
    await viewer.until(
        "(colour) => getComputedStyle(document.querySelector('dialog .primary')).backgroundColor === colour",
        await plain.page.evaluate(BUTTON_COLOUR),
    )


async def test_a_layout_has_its_sections_from_the_top(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.open(STORE, ".product-card")
    links = [await card.get_attribute("href") for card in await viewer.page.locator(".product-card").all()]
    ids = [str(link).rsplit("/", 1)[1] for link in links[:3]]
    category = await viewer.page.locator(".shelf[data-category]").nth(1).get_attribute("data-category")
    sections = [
        {"kind": "banner", "title": "Only today", "title_en": "", "category_id": None, "product_ids": []},
        {
            "kind": "grid",
            "title": "精选",
            "title_en": "Picked for you",
            "category_id": None,
            "product_ids": [ids[2], "gone", ids[0]],
        },
        {"kind": "list", "title": "", "title_en": "", "category_id": category, "product_ids": []},
        {
            "kind": "grid",
            "title": "Nothing",
            "title_en": "",
            "category_id": "nosuchcategory",
            "product_ids": [],
        },
    ]
    await changed(viewer, {"layout": {"sections": sections}})
    await viewer.open(STORE, ".layout-grid .product-card")
    await viewer.sees(".layout-list .found-product")
    await viewer.until("document.querySelectorAll('.layout').length === 3")
    assert await viewer.page.locator(".layout-banner").inner_text() == "Only today"
    grid = viewer.page.locator(".layout-grid")
    assert await grid.locator("h2").inner_text() == "Picked for you"
    shown = [
        str(await card.get_attribute("href")).rsplit("/", 1)[1]
        for card in await grid.locator(".product-card").all()
    ]
    assert shown == [ids[2], ids[0]]
    await viewer.page.locator(".layout-list").get_by_text("See all").click()
    await viewer.sees(f".shelf[data-category='{category}'][aria-pressed=true]")
    await viewer.page.locator(".layout").first.wait_for(state="detached")
    await viewer.page.evaluate("history.back()")
    await viewer.sees(".layout-grid .product-card")


BUTTON_COLOUR = "getComputedStyle(document.querySelector('.shelf[aria-pressed=true]')).backgroundColor"


async def changed(viewer: Phone, parts: dict[str, Any]) -> None:
    """Store pages arrive with these parts in place of their own."""

    async def change(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json={**await answer.json(), **parts})

    await viewer.page.unroute_all()
    await viewer.page.route(re.compile(r"/store\?"), change)
