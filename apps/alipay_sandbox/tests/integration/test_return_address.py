"""A buyer who has paid returns to the shop: a program by the address in the answer, a person by the cashier."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.domain import beijing
from support.sandbox import APP_ID, Controls, Merchant, MovableClock

SHOP = "http://shop.example/back?order=7%2F8"


def link_to_pay(merchant: Merchant, number: str, **more: str) -> str:
    return merchant.link({"out_trade_no": number, "total_amount": "3.00"}, **more)


async def test_the_return_address_is_signed_and_keeps_the_shops_own_part(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    paid = await controls.pay(link_to_pay(merchant, number, return_url=SHOP))
    assert paid["return_url"].startswith(f"{controls.url}/sandbox/trades/{number}/return")
    address = await controls.return_address(paid)
    assert address.startswith(f"{SHOP}&")
    params = dict(parse_qsl(urlsplit(address).query))
    assert (params["out_trade_no"], params["order"]) == (number, "7/8")
    assert params["method"] == "alipay.trade.wap.pay.return"
    assert merchant.genuine(params)
    assert not merchant.genuine({**params, "total_amount": "0.01"})


async def test_two_sellers_with_the_same_number_each_get_their_own_buyer_back(
    merchant: Merchant, controls: Controls, keys: Path, number: str
) -> None:
    platform = next(
        m for m in json.loads((keys / "merchants.json").read_text(encoding="utf-8")) if m["app_id"] != APP_ID
    )
    stranger = Merchant(keys, merchant.http)
    stranger.app_id, stranger.gateway = platform["app_id"], merchant.gateway
    stranger.key = SigningKey.read(keys / "platform_private_key.pem")
    mine = await controls.pay(link_to_pay(merchant, number, return_url=SHOP))
    theirs = await controls.pay(link_to_pay(stranger, number, return_url="http://other.example/back"))
    assert (await controls.return_address(mine)).startswith(SHOP)
    assert (await controls.return_address(theirs)).startswith("http://other.example/")


async def test_the_return_address_is_signed_when_it_is_opened(
    merchant: Merchant, controls: Controls, clock: MovableClock, number: str
) -> None:
    paid = await controls.pay(link_to_pay(merchant, number, return_url=SHOP))
    clock.ahead = timedelta(hours=1)
    params = dict(parse_qsl(urlsplit(await controls.return_address(paid)).query))
    assert beijing.parse(params["timestamp"]) > datetime.now(UTC) + timedelta(minutes=59)
    assert merchant.genuine(params)


async def test_a_person_who_pays_is_sent_back_at_once(merchant: Merchant, number: str) -> None:
    form = {"link": link_to_pay(merchant, number, return_url=SHOP).partition("?")[2], "action": "pay"}
    cashier = merchant.gateway.replace("/gateway.do", "/cashier")
    async with merchant.http.post(cashier, data=form, allow_redirects=False) as response:
        assert response.status == 303
        address = response.headers["Location"]
    assert address.startswith(f"{SHOP}&")
    assert merchant.genuine(dict(parse_qsl(urlsplit(address).query)))


async def test_a_buyer_who_has_not_paid_is_not_sent_back(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    assert (await controls.get(f"trades/{number}/return", 404))["code"] == "ACQ.TRADE_NOT_EXIST"
    left = await controls.pay(link_to_pay(merchant, number, return_url=SHOP), result="fail")
    assert left["return_url"] == ""
    assert (await controls.get(f"trades/{number}/return", 409))["code"] == "ACQ.TRADE_STATUS_ERROR"
    await controls.post(f"trades/{number}/close")
    assert (await controls.get(f"trades/{number}/return", 409))["code"] == "ACQ.TRADE_STATUS_ERROR"


async def test_an_order_without_a_return_url_has_no_return_address(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    assert (await controls.pay(link_to_pay(merchant, number)))["return_url"] == ""
    refused = await controls.get(f"trades/{number}/return", 400)
    assert refused["code"] == "ACQ.INVALID_PARAMETER"
    assert "return_url" in refused["message"]
