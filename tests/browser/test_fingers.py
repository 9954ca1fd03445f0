"""What fingers do on a phone: tap twice, go back with a sheet open, come back from the cashier, tap the wrong thing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Request, Route

from support.phone import Phone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP, PRODUCT = "/m/mpyunliselect", "/m/mpyunliselect/p/yl_gooseneck_kettle"
CASHIER = re.compile(r"/gateway\.do")
COME_BACK = "() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }"
"""What Chromium says of a page that it kept as it was; the driver's own Chromium keeps none."""


async def test_the_second_of_two_taps_on_buy_does_not_place_the_order(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.clock.install()
    await viewer.open(PRODUCT, ".buy:enabled")
    await viewer.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    sent = posts(viewer.page, "/orders")
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .new-address")
    await tap_at(viewer, "dialog .primary")
    assert await viewer.page.locator("dialog .primary").inner_text() == "Place order and pay"
    assert sent == []
    await viewer.page.clock.run_for(1000)
    await viewer.sees("dialog .primary:enabled")
    async with viewer.page.expect_request(places_an_order):
        await tap_at(viewer, "dialog .primary")


async def test_a_viewer_back_from_the_cashier_finds_the_same_order(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(PRODUCT, ".buy:enabled")
    await viewer.page.route(CASHIER, stay)
    first = await order_placed(viewer)
    await viewer.page.evaluate(COME_BACK)
    await viewer.page.locator("dialog").wait_for(state="detached")
    assert await order_placed(viewer) == first


async def test_the_way_back_closes_the_sheet_and_keeps_what_was_typed(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(SHOP, ".product-card")
    await viewer.go(PRODUCT, ".buy:enabled")
    await viewer.page.locator(".buy").click()
    await viewer.page.locator("dialog [name=street]").fill("22 Long Lane")
    await viewer.page.evaluate("history.back()")
    await viewer.page.locator("dialog").wait_for(state="detached")
    assert await viewer.path() == PRODUCT
    await viewer.page.locator(".buy").click()
    assert await viewer.page.locator("dialog [name=street]").input_value() == "22 Long Lane"
    await viewer.page.keyboard.press("Escape")
    await viewer.page.locator("dialog").wait_for(state="detached")
    await viewer.page.evaluate("history.back()")
    await viewer.sees(".product-card")


async def test_two_taps_on_save_store_one_address_and_deleting_it_asks(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await viewer.open(f"{SHOP}/account", ".counts")
    await viewer.page.get_by_role("button", name="Add address").click()
    for name, value in {"recipient": "Ann", "phone": "13800001234", "region": "Hangzhou", "street": "1 Hubin Road"}.items():  # fmt: skip
        await viewer.page.locator(f"dialog [name={name}]").fill(value)
    saved = posts(viewer.page, "/addresses")
    await viewer.page.locator("dialog .primary").dblclick()
    await viewer.page.locator("dialog").wait_for(state="detached")
    assert len(saved) == 1
    assert await viewer.page.locator(".address-row").count() == 1

    await viewer.page.get_by_role("button", name="Delete").click()
    await viewer.page.locator("dialog .actions .quiet").click()
    await viewer.page.locator("dialog").wait_for(state="detached")
    assert await viewer.page.locator(".address-row").count() == 1
    await viewer.page.get_by_role("button", name="Delete").click()
    await viewer.page.locator("dialog .primary").click()
    await viewer.page.locator(".address-row").wait_for(state="detached")


@pytest.mark.parametrize(
    ("language", "labels", "names", "region"),
    [
        ("en", ("Choose from a list", "Province", "City", "District"), ("Zhejiang", "Hangzhou", "Xihu"), "Xihu District, Hangzhou, Zhejiang"),
        ("zh", ("选择省市区", "省份", "城市", "区县"), ("浙江省", "杭州市", "西湖区"), "浙江省杭州市西湖区"),
        ("zh", ("选择省市区", "省份", "城市", "区县"), ("北京市", "北京市", "东城区"), "北京市东城区"),
    ],
)  # fmt: skip
async def test_a_region_is_chosen_from_three_lists(
    phone: Any, language: str, labels: tuple[str, ...], names: tuple[str, ...], region: str
) -> None:
    viewer = await phone("xiaoting", language)
    await viewer.open(f"{SHOP}/account", ".counts")
    await viewer.page.get_by_role("button", name="Add address" if language == "en" else "新增地址").click()
    await viewer.page.locator("dialog").get_by_role("button", name=labels[0]).click()
    for label, name in zip(labels[1:], names, strict=True):
        select = viewer.page.get_by_label(label, exact=True)
        option = select.locator("option").filter(has_text=name).first
        await select.select_option(await option.get_attribute("value"))
    assert await viewer.page.locator("dialog [name=region]").input_value() == region


@pytest.mark.parametrize(
    ("language", "typed", "region"),
    [
        ("zh", "杭州西湖", "浙江省杭州市西湖区"),
        ("zh", "xihu hangzhou", "浙江省杭州市西湖区"),
        ("en", "hangzhou xih", "Xihu District, Hangzhou, Zhejiang"),
        ("en", "beijing", "Beijing"),
    ],
)
async def test_a_region_is_found_by_typing(phone: Any, language: str, typed: str, region: str) -> None:
    viewer = await phone("kuaiying", language)
    await viewer.open(f"{SHOP}/account", ".counts")
    await viewer.page.get_by_role("button", name="Add address" if language == "en" else "新增地址").click()
    await (
        viewer.page.locator("dialog")
        .get_by_role("button", name="Choose from a list" if language == "en" else "选择省市区")
        .click()
    )
    search = await viewer.sees("dialog .region-lists input[type=search]")
    await search.fill(typed)
    assert region in await (await viewer.sees(".region-one")).inner_text()
    await search.press("Enter")
    assert await viewer.page.locator("dialog [name=region]").input_value() == region
    assert await viewer.page.locator("dialog").count() == 1, "Enter chooses, and does not send the form"
    assert not await search.is_visible()


async def test_a_region_that_is_nowhere_is_said_to_be(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(f"{SHOP}/account", ".counts")
    await viewer.page.get_by_role("button", name="Add address").click()
    await viewer.page.locator("dialog").get_by_role("button", name="Choose from a list").click()
    await (await viewer.sees("dialog .region-lists input[type=search]")).fill("atlantis")
    assert "atlantis" in await (await viewer.sees(".region-found [role=status]")).inner_text()


async def test_cancelling_asks_and_shows_the_order_as_cancelled_at_once(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(PRODUCT, ".buy:enabled")
    await viewer.page.route(CASHIER, stay)
    order = await order_placed(viewer)
    await viewer.open(f"{SHOP}/orders/{order}", ".status-card[data-status=awaiting_payment]")
    cancel = viewer.page.locator(".actions").get_by_role("button", name="Cancel order")
    await cancel.click()
    await viewer.page.locator("dialog").get_by_role("button", name="Not now").click()
    await viewer.page.locator("dialog").wait_for(state="detached")
    await viewer.sees(".status-card[data-status=awaiting_payment]")
    await cancel.click()
    await viewer.page.locator("dialog .primary").click()
    card = await viewer.sees(".status-card[data-status=closing]")
    assert await card.locator("h2").inner_text() == "Cancelled"


async def test_a_phone_without_a_network_is_told_so_and_goes_on_by_itself(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open("/me", ".menu")
    await viewer.page.context.set_offline(True)
    await viewer.go(SHOP, ".failed")
    assert "You are offline" in await viewer.page.locator(".failed").first.inner_text()
    await viewer.page.context.set_offline(False)
    await viewer.sees(".product-card")


async def test_a_price_has_one_form_and_stock_is_no_number(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(PRODUCT, ".sku-line .price")
    assert re.fullmatch(r"¥[\d,]+\.\d\d", await viewer.page.locator(".sku-line .price").inner_text())
    assert await viewer.page.locator(".sku-line .faint").inner_text() == "In stock"


async def order_placed(viewer: Phone) -> str:
    """Buys up to the door of the cashier, which `stay` keeps shut; answers the order's id."""
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .address-option, dialog .new-address")
    async with (
        viewer.page.expect_request(CASHIER),
        viewer.page.expect_response(lambda answer: places_an_order(answer.request)) as answered,
    ):
        await viewer.page.locator("dialog .primary").click()
    return str((await (await answered.value).json())["order_id"])


def places_an_order(request: Request) -> bool:
    return request.method == "POST" and "/orders?" in request.url


async def stay(route: Route) -> None:
    """An answer without content: the browser stays on its page, as it was left."""
    await route.fulfill(status=204)


async def tap_at(viewer: Phone, what: str) -> None:
    """A tap where this is, whether or not it takes taps."""
    box = await viewer.page.locator(what).bounding_box()
    assert box
    await viewer.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def posts(page: Page, part: str) -> list[str]:
    """The addresses with `part` that the page posts to from now on."""
    sent: list[str] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and part in request.url:
            sent.append(request.url)

    page.on("request", hear)
    return sent
