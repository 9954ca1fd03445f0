"""Off the straight way: an order left unpaid, a page that is not there, a way back, a wrong link, a screen of half the width."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Route

from support.access import token_of
from support.phone import Phone, mini_program_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP, PRODUCT = "/m/mpyunliselect", "/m/mpyunliselect/p/yl_gooseneck_kettle"
CASHIER = re.compile(r"/gateway\.do")
NEWEST_ORDERS = re.compile(r"/orders\?limit=\d+$")
"""A page of orders of any status."""
ZOOMED = {"width": 195, "height": 422}
"""A phone of 390 × 844 at 200 %."""
CUT_OFF = """() => [...document.querySelectorAll('#stage *')].filter(element => {
  const box = element.getBoundingClientRect();
  return box.width && box.right > innerWidth + 1 && !element.closest('.shelves, .gallery, .recents, .film, .unseen, .lights');
}).map(element => `${element.tagName}.${element.className}`)"""


async def test_an_unpaid_order_is_shown_with_its_time_and_paid_or_cancelled_from_there(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.route(CASHIER, stay)
    await viewer.open(PRODUCT, ".buy:enabled")
    await place(viewer)
    await viewer.open(SHOP, ".product-card")
    bar = await viewer.sees(".unpaid-bar")
    first = await bar.locator(".countdown").inner_text()
    assert re.fullmatch(r"\d+:\d\d left", first)
    await viewer.until("first => document.querySelector('.countdown').textContent !== first", arg=first)
    async with viewer.page.expect_request(CASHIER):
        await bar.get_by_role("button", name="Pay now").click()
    await bar.get_by_role("button", name="Cancel").click()
    await viewer.page.locator("dialog .primary").click()
    await bar.wait_for(state="hidden")


async def test_an_unpaid_order_is_shown_however_many_newer_orders_there_are(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.route(CASHIER, stay)
    await viewer.open(PRODUCT, ".buy:enabled")
    await place(viewer)
    await viewer.page.route(NEWEST_ORDERS, only_cancelled_ones)
    await viewer.open(SHOP, ".product-card")
    await viewer.sees(".unpaid-bar")


async def test_another_quantity_makes_a_second_order_only_when_the_buyer_says_so(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.route(CASHIER, stay)
    await viewer.open(PRODUCT, ".buy:enabled")
    await place(viewer)
    await viewer.open(PRODUCT, ".buy:enabled")
    placed = orders_placed(viewer)
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .address-option")
    await viewer.page.get_by_role("button", name="Increase").click()
    await viewer.page.locator("dialog .order-foot .primary").click()
    asked = await viewer.sees("dialog .form-error .actions")
    assert placed == []
    async with viewer.page.expect_request(CASHIER):
        await asked.get_by_role("button", name="Pay that order").click()
    assert placed == []
    async with viewer.page.expect_request(CASHIER):
        await asked.get_by_role("button", name="Order this too").click()
    assert len(placed) == 1


async def test_a_product_that_is_not_there_leaves_a_way_to_the_store(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(f"{SHOP}/p/nothing", ".product .state")
    assert await viewer.page.locator(".bone").count() == 0
    await viewer.page.locator(".buy-bar a").click()
    await viewer.sees(".product-card")


async def test_an_order_that_is_not_there_does_not_reconnect(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(f"{SHOP}/orders/mp_nothing", ".order .state")
    assert not await viewer.page.locator(".live").is_visible()


async def test_a_viewer_back_in_a_long_list_finds_the_place(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(SHOP, ".more")
    some = await viewer.page.locator(".product-card").count()
    await viewer.page.locator(".more").click()
    await viewer.sees(f".product-card >> nth={some}")
    many = await viewer.page.locator(".product-card").count()
    last = viewer.page.locator(".product-card").last
    await last.scroll_into_view_if_needed()
    await last.click()
    await viewer.sees(".buy")
    await viewer.page.go_back()
    await viewer.sees(f".product-card >> nth={many - 1}")
    await viewer.until("document.querySelector('.mini-body').scrollTop > 1000")


async def test_a_link_that_is_none_is_called_a_link_and_not_a_picture(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open("/scan", "#scan-text")
    await viewer.page.locator("#scan-text").fill("https://shop.example/nothing")
    await viewer.page.get_by_role("button", name="Open").click()
    assert "this link" in await (await viewer.sees(".scan-status.bad")).inner_text()


async def test_suggestions_go_with_what_was_typed(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open("/search", "input[type=search]")
    await viewer.page.locator("input[type=search]").press_sequentially("yun")
    await viewer.sees(".suggestion")
    await viewer.page.locator("input[type=search]").fill("")
    await viewer.page.locator(".suggestion").first.wait_for(state="detached")
    await viewer.sees(".ideas")


async def test_a_screen_is_painted_before_any_script_has_arrived(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    arrive = asyncio.Event()

    async def later(route: Route) -> None:
        await arrive.wait()
        await route.continue_()

    await viewer.page.route("**/assets/**", later)
    await viewer.page.goto(viewer.url(SHOP), wait_until="commit")
    await viewer.until("performance.getEntriesByName('first-contentful-paint').length")
    await viewer.sees(".shell .bone")
    arrive.set()
    await viewer.sees(".product-card")


@pytest.fixture
async def zoomed(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport=ZOOMED, device_scale_factor=2, locale="en-GB")  # type: ignore[arg-type]
    yield context
    await context.close()


async def test_at_twice_the_size_everything_can_be_read_and_bought(
    zoomed: BrowserContext, demo: dict[str, Any]
) -> None:
    viewer = Phone(await zoomed.new_page(), demo["host_demo"], "kuaiying")
    wrong = {}
    for path, shows in {
        "": ".slide.playing .chip", "/programs": ".program", "/search?q=coffee": ".results li", "/scan": ".scan-buttons",
        "/me": ".menu", "/me/services": ".service", SHOP: ".product-card", f"{SHOP}/account": ".counts", PRODUCT: ".buy:enabled",
    }.items():  # fmt: skip
        await viewer.open(path, shows)
        wrong[path] = await viewer.page.evaluate(CUT_OFF)
        if "search" in path:
            field = await viewer.page.locator("input[type=search]").bounding_box()
            assert field
            assert field["width"] > 100
    buy = await viewer.page.locator(".buy").bounding_box()
    assert buy
    assert buy["width"] > 150
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .new-address")
    wrong["order sheet"] = await viewer.page.evaluate(CUT_OFF)
    await viewer.page.locator("dialog .primary").click()
    await viewer.page.wait_for_url(lambda url: not url.startswith(viewer.app))
    assert {path: found for path, found in wrong.items() if found} == {}


async def test_an_order_shows_its_pictures_its_parcel_and_is_found_among_refunds(
    phone: Any, demo: dict[str, Any]
) -> None:
    viewer = await phone("kuaiying", "en")
    path = await viewer.bought()
    shop, order_id = mini_program_of(path), path.rsplit("/", 1)[1]
    await viewer.until("document.querySelector('.line-picture').naturalWidth > 0")
    owner = next(known for known in demo["owners"] if shop in known["mini_program_ids"])
    async with aiohttp.ClientSession(demo["gateway"]) as session:
        session.headers["Authorization"] = f"Bearer {await token_of(owner, demo['gateway'], session)}"
        parcel = {"carrier": "SF", "tracking_number": "SF1234567890"}
        async with session.post(f"/v1/owner/orders/{order_id}/shipments", json=parcel) as answer:
            assert answer.status < 300, await answer.text()
    link = await viewer.sees(".parcel a")
    assert "SF1234567890" in str(await link.get_attribute("href"))

    await viewer.go(f"/m/{shop}/orders?refund=any", ".state")
    await viewer.go(path, ".actions")
    await viewer.page.get_by_role("button", name="Request a refund").click()
    await (await viewer.sees("dialog .primary")).click()
    await viewer.sees("[data-refund=requested]")
    await viewer.go(f"/m/{shop}/orders?refund=any", ".order-row")


async def test_an_account_begins_with_what_the_viewer_came_for(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(f"{SHOP}/account", ".counts")
    assert await viewer.page.locator(".mini-body .card").first.locator(".counts").count() == 1
    assert not await viewer.page.locator(".openid").is_visible()


async def only_cancelled_ones(route: Route) -> None:
    """The page as it is when every order on it was cancelled."""
    answer = await route.fetch()
    page = await answer.json()
    await route.fulfill(json={**page, "items": [{**order, "status": "cancelled"} for order in page["items"]]})


async def place(viewer: Phone) -> None:
    """Buys up to the door of the cashier, which `stay` keeps shut."""
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .address-option, dialog .new-address")
    async with viewer.page.expect_request(CASHIER):
        await viewer.page.locator("dialog .primary").click()


def orders_placed(viewer: Phone) -> list[str]:
    """The orders that the page places from now on."""
    placed: list[str] = []
    viewer.page.on(
        "request",
        lambda sent: placed.append(sent.url) if sent.method == "POST" and "/orders?" in sent.url else None,
    )
    return placed


async def stay(route: Route) -> None:
    """An answer without content: the browser stays on its page, as it was left."""
    await route.fulfill(status=204)
