"""The cart of a mini program: several products in one order, from any page, whatever fingers and other pages do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Request, Route

from support.eventually import eventually
from support.phone import PATIENCE_MS, Phone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP = "/m/mpyunliselect"
CHARGES, CHARGING_OWNER = "mparuicellar", "owner_arui"
"""A shop that no other test buys in, because delivery costs something there for a while."""
KETTLE, COOKER = f"{SHOP}/p/yl_gooseneck_kettle", f"{SHOP}/p/yl_rice_cooker"
CASHIER = re.compile(r"/gateway\.do")
TAPS_AND_A_RELOAD = """where => {
  for (const button of [...document.querySelectorAll(where)].concat(document.querySelector(where))) button.click();
  location.reload();
}"""
"""One tap on each, a second one on the first, and a reload before any answer."""
COUNT = "() => document.querySelector('.cart-count:not([hidden]) > [aria-hidden]')?.textContent ?? '0'"


@pytest.mark.parametrize(
    ("host", "language", "scheme"), [("kuaiying", "en", "light"), ("xiaoting", "zh", "dark")]
)
async def test_two_products_are_one_order_and_leave_the_cart_with_it(
    phone: Any, host: str, language: Any, scheme: str
) -> None:
    viewer = await phone(host, language, scheme=scheme)
    await viewer.page.route(CASHIER, stay)
    await add(viewer, KETTLE)
    await add(viewer, COOKER)
    assert await viewer.page.evaluate(COUNT) == "2"
    await viewer.page.locator(".bar-sign:has(.cart-count)").click()
    await viewer.sees(".cart-row >> nth=1")
    await step(viewer, 0, +1)
    await viewer.until(f"async () => ({COUNT})() === '3'")
    total = await viewer.page.locator(".cart-amounts .price").inner_text()
    await viewer.page.locator(".cart-foot .primary").click()
    await viewer.sees("dialog .new-address")
    await viewer.sees("dialog .primary:enabled")
    assert await viewer.page.locator("dialog .amounts .price").inner_text() == total
    async with viewer.page.expect_request(CASHIER), viewer.page.expect_request(places_an_order) as placed:
        await viewer.page.locator("dialog .primary").dblclick()
    order = (await placed.value).post_data_json
    assert sorted(line["quantity"] for line in order["lines"]) == [1, 2]
    await viewer.open(f"{SHOP}/cart", ".cart .state")
    assert await viewer.page.evaluate(COUNT) == "0"
    await viewer.open(f"{SHOP}/orders", ".order-row")
    assert await viewer.page.locator(".order-row").count() == 1
    assert await viewer.page.locator(".order-row .price").inner_text() == total


async def test_two_quick_taps_put_one_piece_into_the_cart_which_a_reload_keeps(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.open(KETTLE, ".add:enabled")
    await viewer.page.locator(".add").dblclick()
    await viewer.sees(".cart-count:not([hidden])")
    await viewer.sees(".add:enabled")
    await viewer.page.reload()
    await viewer.until(f"async () => ({COUNT})() === '1'")
    await viewer.open(f"{SHOP}/cart", ".cart-row")
    assert await viewer.page.locator(".cart-row").count() == 1
    assert await viewer.page.locator(".cart-row .quantity").inner_text() == "1"


async def test_quick_taps_on_a_quantity_all_count(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await add(viewer, KETTLE)
    await viewer.open(f"{SHOP}/cart", ".cart-row")
    for _ in range(4):
        await step(viewer, 0, +1)
    await step(viewer, 0, -1)
    await viewer.until("() => !document.querySelector('.cart-foot[aria-busy]')")
    assert await viewer.page.evaluate(COUNT) == "4"
    await viewer.page.reload()
    await viewer.sees(".cart-row")
    assert await viewer.page.locator(".cart-row .quantity").inner_text() == "4"


async def test_a_reload_right_after_the_taps_keeps_all_of_them(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await add(viewer, KETTLE)
    await add(viewer, COOKER)
    await viewer.open(f"{SHOP}/cart", ".cart-row >> nth=1")
    async with viewer.page.expect_navigation():
        await viewer.page.evaluate(TAPS_AND_A_RELOAD, ".cart-row .stepper button:last-child")
    await eventually(lambda: shows_after_a_reload(viewer, "5"), PATIENCE_MS / 1000)
    assert await shows_after_a_reload(viewer, "5")


async def test_a_reload_right_after_a_product_is_put_into_the_cart_keeps_it(phone: Any) -> None:
    viewer = await phone("xiaoting", "en")
    await add(viewer, KETTLE)
    await viewer.open(COOKER, ".add:enabled")
    await viewer.until(f"async () => ({COUNT})() === '1'")
    async with viewer.page.expect_navigation():
        await viewer.page.evaluate(TAPS_AND_A_RELOAD, ".add")
    await eventually(lambda: shows_after_a_reload(viewer, "2"), PATIENCE_MS / 1000)


async def test_two_quick_taps_on_remove_take_one_line_out(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await add(viewer, KETTLE)
    await add(viewer, COOKER)
    await viewer.open(f"{SHOP}/cart", ".cart-row >> nth=1")
    box = await viewer.page.locator(".cart-row").first.get_by_role("button", name="Remove").bounding_box()
    assert box
    await viewer.page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await viewer.until(f"async () => ({COUNT})() === '1'")
    assert await viewer.page.locator(".cart-row").count() == 1


async def test_a_change_on_another_page_is_shown_and_not_overwritten(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await add(viewer, KETTLE)
    await viewer.open(f"{SHOP}/cart", ".cart-row")
    other = Phone(await viewer.page.context.new_page(), viewer.app, viewer.host)
    await add(other, COOKER)
    await step(viewer, 0, +1)
    toast = await viewer.sees(".toast")
    assert await toast.inner_text() == "The cart was changed elsewhere"
    await viewer.sees(".cart-row >> nth=1")
    assert await viewer.page.evaluate(COUNT) == "2"


async def test_a_viewer_back_from_the_cashier_does_not_buy_again(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.route(CASHIER, stay)
    await add(viewer, KETTLE)
    await viewer.open(f"{SHOP}/cart", ".cart-row")
    await viewer.page.locator(".cart-foot .primary").click()
    await viewer.sees("dialog .primary:enabled")
    async with viewer.page.expect_request(CASHIER):
        await viewer.page.locator("dialog .primary").click()
    await viewer.page.evaluate(
        "() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })) }"
    )
    await viewer.sees(".cart .state")
    await viewer.sees(".unpaid-bar")


async def test_what_is_no_longer_to_be_had_is_marked_and_the_rest_can_be_bought(phone: Any) -> None:
    viewer = await phone("kuaiying", "en")
    await add(viewer, KETTLE)
    await add(viewer, COOKER)
    await viewer.page.route(re.compile(r"/api/.*/cart$"), with_first_line_sold_out)
    await viewer.open(f"{SHOP}/cart", ".cart-row.gone")
    gone = viewer.page.locator(".cart-row.gone")
    assert "Sold out" in await gone.inner_text()
    assert await gone.locator(".stepper").count() == 0
    await viewer.page.locator(".cart-foot .primary").click()
    await viewer.sees("dialog .order-line")
    assert await viewer.page.locator("dialog .order-line").count() == 1


@pytest_asyncio.fixture
async def charged(demo: dict[str, Any]) -> AsyncIterator[None]:
    """Delivery costs 8 yuan in one shop, in Zhejiang 3."""
    [owner] = [one for one in demo["owners"] if one["owner_id"] == CHARGING_OWNER]
    fee = lambda amount: {"amount": amount, "currency": "CNY"}  # noqa: E731
    async with aiohttp.ClientSession(demo["gateway"]) as http:
        form = {"grant_type": "client_credentials", **{k: owner[k] for k in ("client_id", "client_secret")}}
        async with http.post("/v1/token", data=form) as answer:
            headers = {"Authorization": f"Bearer {(await answer.json())['access_token']}"}

        async def put(terms: dict[str, Any]) -> None:
            path = f"/v1/owner/mini-programs/{CHARGES}/delivery-terms"
            async with http.put(path, json=terms, headers=headers) as answer:
                assert answer.ok, await answer.text()

        regions = [{"region": "浙江省", "fee": fee(300)}]
        await put({"flat": fee(800), "free_from": fee(9_999_900), "regions": regions})
        yield
        await put({"flat": fee(0)})


async def test_the_delivery_fee_is_shown_before_and_is_in_the_order(phone: Any, charged: None) -> None:
    viewer = await phone("kuaiying", "en")
    await viewer.page.route(CASHIER, stay)
    await viewer.open(f"/m/{CHARGES}", ".product-card")
    await viewer.page.locator(".product-card").first.click()
    await viewer.sees(".delivery-line:not(:empty)")
    said = await viewer.page.locator(".delivery-line").inner_text()
    assert said == "Delivery ¥8.00 · free from ¥99,999.00 · other fees in some regions"
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .amounts .strong")
    assert "Delivery\n¥3.00" in await viewer.page.locator("dialog .amounts").inner_text()
    await viewer.page.locator("dialog [name=region]").fill("Wuhan, Hubei")
    await viewer.page.locator("dialog [name=street]").click()
    await viewer.until("() => document.querySelector('dialog .amounts').innerText.includes('¥8.00')")
    total = await viewer.page.locator("dialog .amounts .price").inner_text()
    await viewer.sees("dialog .primary:enabled")
    async with viewer.page.expect_request(CASHIER):
        await viewer.page.locator("dialog .primary").click()
    await viewer.open(f"/m/{CHARGES}/orders", ".order-row")
    await viewer.page.locator(".order-row").click()
    await viewer.sees(".order .strong")
    shown = await viewer.page.locator(".order .card:has(.order-item)").inner_text()
    assert "Delivery\n¥8.00" in shown
    assert f"Total\n{total}" in shown


async def add(viewer: Phone, product: str) -> None:
    """Put one piece of the product into the cart, from its page."""
    await viewer.open(product, ".add:enabled")
    async with viewer.page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
        await viewer.page.locator(".add").click()


async def shows_after_a_reload(viewer: Phone, pieces: str) -> bool:
    """Whether the cart's badge says this many pieces after the page is loaded again.

    A page that loads while taps of the page before are on their way may still read the cart without them.
    """
    async with viewer.page.expect_response(lambda answer: answer.url.endswith("/cart") and answer.ok) as read:
        await viewer.page.reload()
    await (await read.value).finished()
    await viewer.sees(".cart-count:not([hidden])")
    return bool(await viewer.page.evaluate(COUNT) == pieces)


async def step(viewer: Phone, row: int, by: int) -> None:
    """Tap on plus or minus in a row of the cart."""
    name = "Increase" if by > 0 else "Decrease"
    stepper = viewer.page.locator(".cart-row").nth(row).locator(".stepper button")
    await stepper.nth(1 if name == "Increase" else 0).click()


def places_an_order(request: Request) -> bool:
    return request.method == "POST" and "/orders?" in request.url


async def stay(route: Route) -> None:
    """The buyer stops on the way to the cashier: the page stays as it is."""
    await route.fulfill(status=204)


async def with_first_line_sold_out(route: Route) -> None:
    answer = await route.fetch()
    cart = await answer.json()
    cart["lines"][0] |= {"obstacle": "sold_out", "available": 0}
    await route.fulfill(response=answer, json=cart)
