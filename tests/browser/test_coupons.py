"""Coupons of a shop: their code in the cart and on the order sheet, and the money of an order with one, up to a refund of one line."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Route

from support.office import answer_to, office
from support.phone import Phone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SHOP = "mpyunliselect"
KETTLE, COOKER = f"/m/{SHOP}/p/yl_gooseneck_kettle", f"/m/{SHOP}/p/yl_rice_cooker"
CASHIER = re.compile(r"/gateway\.do")
NewCoupon = Callable[..., Awaitable[str]]


@pytest.fixture
def new_coupon(demo: dict[str, Any]) -> NewCoupon:
    """Makes a coupon of ten yuan off, with other terms as given, and answers its code."""

    async def make(**terms: Any) -> str:
        code = f"T{secrets.token_hex(5).upper()}"
        usual = {"stock": 10, "starts": "2020-01-01T00:00:00Z", "ends": "2099-01-01T00:00:00Z"}
        off = {} if "percent" in terms else {"amount": fen(1_000)}
        async with office(demo, f"/m/{SHOP}/coupons") as (owner, _):
            body = {"code": code, **off, **usual, **terms}
            await answer_to(owner.post(f"/v1/owner/mini-programs/{SHOP}/coupons", json=body))
        return code

    return make


@pytest.mark.parametrize(("host", "language"), [("kuaiying", "en"), ("xiaoting", "zh")])
async def test_a_coupon_in_the_cart_takes_its_amount_off_and_is_used_by_the_order(
    phone: Any, new_coupon: NewCoupon, host: str, language: Any
) -> None:
    viewer = await phone(host, language)
    code = await new_coupon()
    await viewer.page.route(CASHIER, stay)
    await put_in_cart(viewer, KETTLE)
    await viewer.open(f"/m/{SHOP}/cart", ".cart-row")
    full = await amount(viewer, ".cart-amounts .strong .price")
    await viewer.page.locator(".coupon input").fill(code.lower())
    await viewer.page.locator(".coupon button").click()
    await viewer.sees(".cart-amounts :text('−')")
    assert await amount(viewer, ".cart-amounts .strong .price") == full - 1_000
    await viewer.page.reload()
    await viewer.sees(".cart-amounts :text('−')")
    assert await viewer.page.locator(".coupon input").input_value() == code.lower()

    await viewer.page.locator(".coupon button").click()
    await viewer.until("() => !document.querySelector('.cart-amounts').innerText.includes('−')")
    await viewer.page.locator(".coupon input").fill(code)
    await viewer.page.keyboard.press("Enter")
    await viewer.sees(".cart-amounts :text('−')")
    await viewer.page.locator(".cart-foot .primary").click()
    await viewer.sees("dialog .coupon-words:not(:empty)")
    await viewer.sees("dialog .primary:enabled")
    async with viewer.page.expect_request(CASHIER), viewer.page.expect_request(places_an_order) as placed:
        await viewer.page.locator("dialog .primary").click()
    order = (await placed.value).post_data_json
    assert (order["coupon_code"], order["expected_total"]["amount"]) == (code, full - 1_000)
    await viewer.open(f"/m/{SHOP}/orders", ".order-row")
    assert await amount(viewer, ".order-row b.price") == full - 1_000


async def test_nothing_is_bought_before_the_price_with_a_coupon_is_seen(
    phone: Any, new_coupon: NewCoupon
) -> None:
    viewer = await phone("kuaiying", "en")
    code = await new_coupon(percent=50)
    await viewer.page.route(CASHIER, stay)
    await viewer.open(KETTLE, ".buy:enabled")
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .primary:enabled")
    full = await amount(viewer, "dialog .amounts .strong .price")
    placed: list[dict[str, Any]] = []
    viewer.page.on("request", lambda one: placed.append(one.post_data_json) if places_an_order(one) else None)
    await viewer.page.locator("dialog .coupon input").fill(code)
    box = await viewer.page.locator("dialog .primary").bounding_box()
    assert box
    await viewer.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await viewer.sees("dialog .amounts :text('−')")
    assert placed == []
    half = await amount(viewer, "dialog .amounts .strong .price")
    assert half == full - full // 2
    await viewer.page.go_back()
    await viewer.page.locator(".buy").click()
    await viewer.sees("dialog .amounts :text('−')")
    await viewer.sees("dialog .primary:enabled")
    async with viewer.page.expect_request(CASHIER):
        await viewer.page.locator("dialog .primary").click()
    assert [(order["coupon_code"], order["expected_total"]["amount"]) for order in placed] == [(code, half)]


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"starts": "2098-01-01T00:00:00Z"}, "还没到使用时间", "This coupon isn’t active yet"),
    ({"ends": "2021-01-01T00:00:00Z"}, "优惠码已过期", "This coupon has expired"),
    ({"stock": 0}, "优惠码已被领完", "This coupon is fully redeemed"),
    ({"minimum": {"amount": 9_999_900}}, "商品满 ¥99,999.00 可用", "For orders of ¥99,999.00 or more"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_coupon_that_does_not_apply_says_why_and_costs_no_order(
    phone: Any, new_coupon: NewCoupon, language: Any
) -> None:
    viewer = await phone("kuaiying", language)
    await put_in_cart(viewer, KETTLE)
    await viewer.open(f"/m/{SHOP}/cart", ".cart-row")
    for terms, chinese, english in REFUSED:
        await viewer.page.locator(".coupon input").fill(await new_coupon(**terms))
        await viewer.page.locator(".coupon button").click()
        await viewer.sees(
            f".coupon.refused .coupon-words:text-is('{english if language == 'en' else chinese}')"
        )
    await viewer.page.locator(".coupon input").fill("NOSUCHCODE")
    await viewer.page.locator(".coupon input").press("Enter")
    unknown = "This code isn’t valid" if language == "en" else "优惠码无效"
    await viewer.sees(f".coupon.refused .coupon-words:has-text('{unknown}')")
    await viewer.page.route(CASHIER, stay)
    await viewer.page.locator(".cart-foot .primary").click()
    await viewer.sees("dialog .coupon.refused")
    await viewer.sees("dialog .primary:enabled")
    async with viewer.page.expect_request(CASHIER), viewer.page.expect_request(places_an_order) as placed:
        await viewer.page.locator("dialog .primary").click()
    assert "coupon_code" not in (await placed.value).post_data_json


async def test_an_unpaid_order_holds_its_coupon_and_says_when_it_comes_back(
    phone: Any, new_coupon: NewCoupon
) -> None:
    viewer = await phone("kuaiying", "en")
    code = await new_coupon()
    await put_in_cart(viewer, KETTLE)
    await viewer.open(COOKER, ".buy:enabled")
    await viewer.page.locator(".buy").click()
    await viewer.page.locator("dialog .coupon input").fill(code)
    await viewer.page.locator("dialog .coupon button").click()
    await viewer.sees("dialog .amounts :text('−')")
    await viewer.sees("dialog .primary:enabled")
    await viewer.page.locator("dialog .primary").click()
    await viewer.page.wait_for_url(lambda url: not url.startswith(viewer.app))
    await viewer.open(f"/m/{SHOP}/cart", ".cart-row")
    await viewer.page.locator(".coupon input").fill(code)
    await viewer.page.locator(".coupon button").click()
    await viewer.sees(".coupon.refused .coupon-words:has-text('already used')")
    await viewer.page.locator(".unpaid-bar .unpaid-words").click()
    await viewer.page.get_by_role("button", name="Cancel order").click()
    await viewer.page.locator("dialog .primary").click()
    closing = await viewer.sees(".status-card[data-status=closing]")
    assert "You can use your coupon again once it is closed." in await closing.inner_text()


@pytest.mark.parametrize(("host", "language"), [("kuaiying", "zh"), ("xiaoting", "en")])
async def test_the_money_is_right_from_the_coupon_to_the_refund_of_one_line(
    phone: Any, demo: dict[str, Any], new_coupon: NewCoupon, host: str, language: Any
) -> None:
    viewer = await phone(host, language)
    code = await new_coupon(percent=33)
    await put_in_cart(viewer, KETTLE, COOKER)
    await viewer.open(f"/m/{SHOP}/cart", ".cart-row >> nth=1")
    prices = [fen_of(text) for text in await viewer.page.locator(".cart-row .price").all_inner_texts()]
    goods = sum(prices)
    discount = goods * 33 // 100
    await viewer.page.locator(".coupon input").fill(code)
    await viewer.page.locator(".coupon button").click()
    await viewer.sees(".cart-amounts :text('−')")
    assert await amounts(viewer, ".cart-amounts") == [goods, discount, goods - discount]
    await viewer.page.locator(".cart-foot .primary").click()
    await viewer.sees("dialog .primary:enabled")
    await viewer.sees("dialog .amounts :text('−')")
    assert await amounts(viewer, "dialog .amounts") == [goods, discount, goods - discount]
    await viewer.page.locator("dialog .primary").click()
    await viewer.page.wait_for_url(lambda url: not url.startswith(viewer.app))
    assert f"{(goods - discount) / 100:,.2f}" in await viewer.page.locator("body").inner_text()
    await viewer.pay()
    await viewer.page.locator(".result .primary").click()
    await viewer.sees(".status-card[data-status=paid]")
    assert await amounts(viewer, ".order .card:has(.order-item)") == [goods, discount, goods - discount]

    path = await viewer.path()
    async with office(demo, path) as (owner, order):
        await answer_to(owner.post(f"{order}/shipments", json={"carrier": "SF", "tracking_number": "SF100"}))
        await viewer.sees(".status-card[data-status=shipped]")
        await viewer.page.locator(".actions .primary").click()
        await viewer.page.locator("dialog .primary").click()
        await viewer.sees(".status-card[data-status=completed]")
        await viewer.page.locator(".review-line button").first.click()
        await viewer.page.locator("dialog [name=rating][value='5']").check()
        await viewer.page.locator("dialog [name=text]").fill("好用 Good")
        await viewer.page.locator("dialog .primary").click()
        await viewer.sees(".own-review[data-status=shown]")

        seen = await answer_to(owner.get(order))
        first = seen["lines"][0]
        paid = first["line_total"]["amount"] - first["discount"]["amount"]
        assert sum(line["discount"]["amount"] for line in seen["lines"]) == discount
        await viewer.page.locator(".actions .quiet").first.click()
        await viewer.page.locator("dialog .refund-parts input").nth(1).check()
        assert fen_of(await viewer.page.locator("dialog [name=amount]").input_value()) == paid
        await viewer.page.locator("dialog .primary").click()
        await viewer.sees("[data-refund=requested]")
        asked = (await answer_to(owner.get(order)))["refunds"][0]
        assert asked["amount"]["amount"] == paid
        await answer_to(owner.post(f"{order}/refunds/{asked['refund_id']}/approval"))
    settled = await viewer.sees("[data-refund=settled]")
    assert fen_of(re.findall(r"¥[\d,.]+", await settled.inner_text())[0]) == paid
    await viewer.sees(".status-card[data-status=completed]")
    await viewer.page.locator(".actions .quiet").first.click()
    left = fen_of(await viewer.page.locator("dialog [name=amount]").input_value())
    assert left == goods - discount - paid


async def put_in_cart(viewer: Phone, *products: str) -> None:
    """One piece of each product, from its page."""
    for product in products:
        await viewer.open(product, ".add:enabled")
        async with viewer.page.expect_response(lambda answer: answer.request.method == "PUT" and answer.ok):
            await viewer.page.locator(".add").click()


def fen(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def fen_of(text: str) -> int:
    """¥1,234.50 → 123450."""
    return round(float(text.replace("¥", "").replace("−", "").replace(",", "")) * 100)


async def amount(viewer: Phone, where: str) -> int:
    return fen_of(await viewer.page.locator(where).first.inner_text())


async def amounts(viewer: Phone, where: str) -> list[int]:
    """The goods, the discount and the total, as this part of the page shows them."""
    rows = await viewer.page.locator(f"{where} p.line-between").all_inner_texts()
    return [fen_of(found[0]) for row in rows if (found := re.findall(r"¥[\d,.]+", row))]


def places_an_order(request: Any) -> bool:
    return request.method == "POST" and "/orders?" in request.url


async def stay(route: Route) -> None:
    """The buyer stops on the way to the cashier: the page stays as it is."""
    await route.fulfill(status=204)
