"""A viewer's cart: kept between visits, at today's prices; what cannot be bought is marked; an order takes its lines out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from checkout_support.running import ADDRESS, RunningCheckout

from contracts.catalog import ProductChanged, ProductDelisted, SkuState, StockLevelChanged
from contracts.money import cny as money

Line = tuple[str, int]


def cny(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "CNY"}


def lines(*wanted: Line) -> list[dict[str, Any]]:
    return [{"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in wanted]


class Cart:
    """A viewer's calls about the cart."""

    def __init__(self, checkout: RunningCheckout) -> None:
        self.checkout = checkout
        self.sku_id = checkout.sku_id

    async def read(self) -> dict[str, Any]:
        status, cart = await self.checkout.call("GET", "/cart")
        assert status == 200, cart
        return dict(cart)

    async def put(self, *wanted: Line, if_match: int | None = None, **fields: Any) -> dict[str, Any]:
        status, cart = await self.try_to_put(*wanted, if_match=if_match, **fields)
        assert status == 200, cart
        return dict(cart)

    async def try_to_put(self, *wanted: Line, if_match: int | None = None, **fields: Any) -> tuple[int, Any]:
        body = {"lines": lines(*wanted), **fields}
        return await self.checkout.call("PUT", "/cart", body, if_match=if_match)

    async def until(self, obstacle: str | None) -> dict[str, Any]:
        """Wait until the only line says this."""

        async def said() -> dict[str, Any] | None:
            cart = await self.read()
            return cart if cart["lines"][0]["obstacle"] == obstacle else None

        return dict(await self.checkout.eventually(said, within=20, what=f"the line to say {obstacle}"))


@pytest.fixture
def cart(checkout: RunningCheckout) -> Cart:
    return Cart(checkout)


async def test_a_cart_is_kept_with_titles_and_todays_prices(cart: Cart) -> None:
    assert (await cart.read())["version"] == 0
    stored = await cart.put((cart.sku_id, 3), coupon_code="SPRING")
    assert stored == await cart.read()
    [line] = stored["lines"]
    assert (line["title"], line["title_en"], line["image_url"]) == (
        "Kettle",
        "Gooseneck kettle",
        "/media/k.svg",
    )
    assert (line["attributes"], line["attributes_en"]) == ({"颜色": "白"}, {"colour": "white"})
    assert (line["unit_price"], line["line_total"], line["obstacle"]) == (cny(100), cny(300), None)
    assert (stored["subtotal"], stored["total"], stored["coupon_code"]) == (cny(300), cny(300), "SPRING")


async def test_another_viewer_and_another_mini_program_have_carts_of_their_own(cart: Cart) -> None:
    await cart.put((cart.sku_id, 1))
    cart.checkout.openid = "o_other"
    assert (await cart.read())["lines"] == []
    url = f"{cart.checkout.service.url}/v1/mini-programs/other000001/cart"
    async with cart.checkout.service.http.get(url, headers=cart.checkout.buyer_headers()) as answer:
        assert answer.status == 404


async def test_what_cannot_be_bought_is_marked_and_not_in_the_amounts(cart: Cart) -> None:
    checkout = cart.checkout
    await cart.put((cart.sku_id, 2))
    for version, (available, obstacle) in enumerate([(0, "sold_out"), (1, "not_enough_stock"), (2, None)], 1):
        level = StockLevelChanged(
            version=version, sku_id=cart.sku_id, product_id=checkout.product_id,
            mini_program_id=checkout.mini_program_id, available=available,
        )  # fmt: skip
        await checkout.publish(level)
        shown = await cart.until(obstacle)
        assert shown["lines"][0]["available"] == available
        assert shown["total"] == cny(200 if obstacle is None else 0)
    await checkout.publish(checkout.product(ProductDelisted, version=2, listed=False))
    shown = await cart.until("delisted")
    assert (shown["lines"][0]["unit_price"], shown["total"]) == (cny(100), cny(0))


async def test_a_sku_that_is_gone_stays_with_its_title_and_cannot_be_added(cart: Cart) -> None:
    checkout = cart.checkout
    await cart.put((cart.sku_id, 2))
    other = SkuState(sku_id=cart.sku_id + "x", attributes={}, price=money(50))
    await checkout.publish(checkout.product(ProductChanged, version=2, skus=(other,)))
    gone = (await cart.until("delisted"))["lines"][0]
    assert (gone["title"], gone["unit_price"], gone["quantity"]) == ("Kettle", None, 2)
    both = await cart.put((cart.sku_id, 1), (other.sku_id, 2))
    assert [line["obstacle"] for line in both["lines"]] == ["delisted", None]
    assert both["total"] == cny(100)
    await cart.put((other.sku_id, 2))
    status, problem = await cart.try_to_put((other.sku_id, 2), (cart.sku_id, 1))
    assert (status, problem["code"]) == (422, "unknown_sku")
    assert [error["field"] for error in problem["errors"]] == ["lines[1].sku_id"]


async def test_of_two_devices_that_change_a_cart_at_once_one_is_told(cart: Cart) -> None:
    attempts = [cart.try_to_put((cart.sku_id, n + 1), if_match=0) for n in range(10)]
    answers = await asyncio.gather(*attempts)
    assert sorted(status for status, _ in answers) == [200] + [412] * 9
    conflict = next(problem for status, problem in answers if status == 412)
    assert (conflict["code"], conflict["version"]) == ("version_conflict", 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lines"),
        ({"lines": lines(("a", 0))}, "lines[0].quantity"),
        ({"lines": lines(("a", 1), ("a", 1))}, "lines"),
        ({"lines": lines(("a", 150), ("b", 51))}, "lines"),
        ({"lines": lines(*((f"s{n}", 1) for n in range(51)))}, "lines"),
    ],
)
async def test_a_cart_holds_at_most_one_order(cart: Cart, body: Any, field: str) -> None:
    status, problem = await cart.checkout.call("PUT", "/cart", body)
    assert (status, problem["code"]) == (422, "invalid_content")
    assert [error["field"] for error in problem["errors"]] == [field]


async def test_the_delivery_fee_is_that_of_the_default_address_or_the_newest_or_the_flat_one(
    cart: Cart,
) -> None:
    checkout = cart.checkout
    regions = [{"region": "Zhejiang", "fee": cny(300)}, {"region": "Hubei", "fee": cny(400)}]
    path = f"/mini-programs/{checkout.mini_program_id}/delivery-terms"
    await checkout.call_as_owner("PUT", path, {"flat": cny(800), "regions": regions})
    await cart.put((cart.sku_id, 1))
    fees = [(await cart.read())["delivery_fee"]["amount"]]
    for address in (
        ADDRESS,
        {**ADDRESS, "region": "Hubei"},
        {**ADDRESS, "street": "Lake 2", "is_default": True},
    ):
        status, saved = await checkout.call("POST", "/account/addresses", address)
        assert status == 201, saved
        fees.append((await cart.read())["delivery_fee"]["amount"])
    assert fees == [800, 300, 400, 300]
    assert (await cart.read())["region"] == "Zhejiang"


async def test_a_quote_is_what_the_order_costs(cart: Cart) -> None:
    checkout = cart.checkout
    path = f"/mini-programs/{checkout.mini_program_id}/delivery-terms"
    await checkout.call_as_owner(
        "PUT", path, {"flat": cny(800), "regions": [{"region": "Hubei", "fee": cny(400)}]}
    )
    _, saved = await checkout.call("POST", "/account/addresses", {**ADDRESS, "region": "Hubei"})
    wanted = lines((cart.sku_id, 2))
    for place, fee in (
        ({"region": "Zhejiang"}, 800),
        ({"region": "武汉, Hubei"}, 400),
        ({"address_id": saved["address_id"]}, 400),
    ):
        status, quote = await checkout.call("POST", "/quotes", {"lines": wanted, **place})
        assert (status, quote["delivery_fee"]) == (200, cny(fee))
    order = await checkout.place(address=None, address_id=saved["address_id"], expected_total=quote["total"])
    assert order["total"] == quote["total"] == cny(600)
    for wrong, code in (
        ({"address_id": "nosuchaddress"}, "unknown_address"),
        ({"address_id": "a", "region": "b"}, "invalid_content"),
        ({"lines": lines(("nosuchsku", 1))}, "unknown_sku"),
    ):
        status, problem = await checkout.call("POST", "/quotes", {"lines": wanted, **wrong})
        assert (status, problem["code"]) == (422, code)


async def test_an_order_from_the_cart_takes_its_lines_out_once_however_often_it_is_sent(cart: Cart) -> None:
    checkout = cart.checkout
    await cart.put((cart.sku_id, 3))
    bought = {"lines": lines((cart.sku_id, 2)), "from_cart": True}
    placed = await asyncio.gather(*(checkout.place(key="k", **bought) for _ in range(5)))
    assert len({order["order_id"] for order in placed}) == 1
    assert [line["quantity"] for line in (await cart.read())["lines"]] == [1]
    await cart.put((cart.sku_id, 5))
    await checkout.place(key="k", **bought)
    assert [line["quantity"] for line in (await cart.read())["lines"]] == [5]


async def test_an_order_that_is_not_from_the_cart_leaves_it_alone(cart: Cart) -> None:
    await cart.put((cart.sku_id, 3))
    await cart.checkout.place()
    assert [line["quantity"] for line in (await cart.read())["lines"]] == [3]


async def test_an_order_that_is_refused_leaves_the_cart_alone(cart: Cart) -> None:
    await cart.put((cart.sku_id, 2))
    request = cart.checkout.order_request(from_cart=True, expected_total=cny(1))
    status, _ = await cart.checkout.call("POST", "/orders", request, key="k")
    assert status == 409
    assert [line["quantity"] for line in (await cart.read())["lines"]] == [2]


async def test_a_cart_is_one_document_of_its_viewer_that_expires(cart: Cart) -> None:
    await cart.put((cart.sku_id, 2))
    carts = cart.checkout.service.db["carts"]
    [document] = await carts.find({"mini_program_id": cart.checkout.mini_program_id}).to_list()
    assert document["openid"] == cart.checkout.openid
    expiring = [
        index for index in (await carts.index_information()).values() if "expireAfterSeconds" in index
    ]
    assert [index["key"] for index in expiring] == [[("changed_at", 1)]]
    assert document["changed_at"] is not None
