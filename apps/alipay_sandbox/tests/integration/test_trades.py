"""The life of a trade through the gateway and the controls."""

import asyncio
import json
from pathlib import Path

import pytest

from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.server import Server
from alipay_sandbox.testing import Controls, Merchant
from support.eventually import Eventually

WAP, PAGE, APP = ("alipay.trade.wap.pay", "alipay.trade.page.pay", "alipay.trade.app.pay")
BUYER = "2088102100000001"


@pytest.fixture
def sandbox(shared_sandbox: Server) -> Server:
    """No test here needs a sandbox of its own."""
    return shared_sandbox


async def status(merchant: Merchant, number: str) -> str:
    answer = await merchant.call("alipay.trade.query", {"out_trade_no": number})
    return str(answer.get("trade_status") or answer["sub_code"])


@pytest.mark.parametrize("method", [WAP, PAGE, APP])
async def test_a_trade_exists_only_once_its_buyer_came(
    merchant: Merchant, controls: Controls, number: str, method: str
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "12.90"}, method)
    assert await status(merchant, number) == "ACQ.TRADE_NOT_EXIST"
    closed = await merchant.call("alipay.trade.close", {"out_trade_no": number})
    assert closed["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    unknown = await controls.post("pay", {"out_trade_no": number}, status=404)
    assert unknown["code"] == "ACQ.TRADE_NOT_EXIST"
    means = {"order_string": link.partition("?")[2]} if method == APP else {"cashier_url": link}
    paid = await controls.post("pay", means)
    assert paid["trade_status"] == "TRADE_SUCCESS"
    answer = await merchant.call("alipay.trade.query", {"out_trade_no": number})
    assert answer["trade_status"] == "TRADE_SUCCESS"
    assert answer["total_amount"] == answer["receipt_amount"] == "12.90"
    assert answer["fund_bill_list"] == [{"amount": "12.90", "fund_channel": "ALIPAYACCOUNT"}]
    by_trade_no = await merchant.call(
        "alipay.trade.query", {"trade_no": paid["trade_no"], "out_trade_no": "other"}
    )
    assert by_trade_no["out_trade_no"] == number


async def test_a_buyer_who_fails_leaves_a_trade_that_can_be_paid_or_closed(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "12.90"})
    assert (await controls.pay(link, result="fail"))["trade_status"] == "WAIT_BUYER_PAY"
    assert await status(merchant, number) == "WAIT_BUYER_PAY"
    assert (await merchant.call("alipay.trade.close", {"out_trade_no": number}))["code"] == "10000"
    assert await status(merchant, number) == "TRADE_CLOSED"
    again = await controls.post("pay", {"cashier_url": link}, status=409)
    assert again["code"] == "ACQ.TRADE_HAS_CLOSE"


async def test_a_trade_is_paid_once_however_many_buyers_press_at_once(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "12.90"})

    async def press() -> int:
        async with merchant.http.post(f"{controls.url}/sandbox/pay", json={"cashier_url": link}) as response:
            return response.status

    assert sorted(await asyncio.gather(*(press() for _ in range(20)))) == [200] + [409] * 19
    await eventually(lambda: merchant.notices_of(number))
    assert len({notice["notify_id"] for notice in merchant.notices_of(number)}) == 1


async def test_another_amount_under_the_same_number_is_refused(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    await controls.pay(merchant.link({"out_trade_no": number, "total_amount": "1.00"}), result="fail")
    dearer = merchant.link({"out_trade_no": number, "total_amount": "2.00"})
    assert (await controls.post("pay", {"cashier_url": dearer}, 409))["code"] == "ACQ.CONTEXT_INCONSISTENT"


async def test_a_fresh_link_of_another_product_pays_the_same_trade(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    order = {"out_trade_no": number, "total_amount": "1.00"}
    first = await controls.pay(merchant.link(order), result="fail")
    second = await controls.pay(merchant.link(order, APP))
    assert second["trade_no"] == first["trade_no"]


async def test_create_gives_a_trade_at_once_for_its_buyer(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    order = {"out_trade_no": number, "total_amount": "3.00", "subject": "s"}
    nobody = await merchant.call("alipay.trade.create", order)
    assert nobody["sub_code"] == "ACQ.INVALID_PARAMETER"
    created = await merchant.call("alipay.trade.create", {**order, "buyer_id": BUYER})
    assert await status(merchant, number) == "WAIT_BUYER_PAY"
    again = await merchant.call("alipay.trade.create", {**order, "buyer_id": BUYER})
    assert again["trade_no"] == created["trade_no"]
    stranger = await controls.post("pay", {"out_trade_no": number, "buyer_id": "2088102100000002"}, 409)
    assert stranger["code"] == "ACQ.TRADE_BUYER_NOT_MATCH"
    assert (await controls.post("pay", {"out_trade_no": number}))["trade_status"] == "TRADE_SUCCESS"


async def test_cancel_closes_refunds_or_says_that_there_is_nothing(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    nothing = await merchant.call("alipay.trade.cancel", {"out_trade_no": number})
    assert (nothing["code"], nothing["retry_flag"]) == ("10000", "N")
    assert "action" not in nothing
    link = merchant.link({"out_trade_no": number, "total_amount": "3.00"})
    await controls.pay(link)
    done = await merchant.call("alipay.trade.cancel", {"out_trade_no": number})
    assert done["action"] == "refund"
    assert await status(merchant, number) == "TRADE_CLOSED"
    other = f"{number}W"
    await controls.pay(merchant.link({"out_trade_no": other, "total_amount": "3.00"}), result="fail")
    assert (await merchant.call("alipay.trade.cancel", {"out_trade_no": other}))["action"] == "close"


async def test_finish_and_close_come_from_alipays_side_too(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await controls.pay(merchant.link({"out_trade_no": number, "total_amount": "3.00"}))
    assert (await controls.post(f"trades/{number}/close", status=409))["code"] == "ACQ.TRADE_STATUS_ERROR"
    assert (await controls.post(f"trades/{number}/finish"))["trade_status"] == "TRADE_FINISHED"
    refused = await merchant.call("alipay.trade.refund", {"out_trade_no": number, "refund_amount": "3.00"})
    assert refused["sub_code"] == "ACQ.TRADE_HAS_FINISHED"
    await eventually(lambda: len(merchant.notices_of(number)) == 2)
    assert {n["trade_status"] for n in merchant.notices_of(number)} == {"TRADE_SUCCESS", "TRADE_FINISHED"}


async def test_passback_params_come_back_as_they_were(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    passback = "a%3D1%26b%3D%E7%B1%B3"
    await controls.pay(
        merchant.link({"out_trade_no": number, "total_amount": "3.00", "passback_params": passback})
    )
    await eventually(lambda: merchant.notices_of(number))
    assert merchant.notices_of(number)[0]["passback_params"] == passback
    answer = await merchant.call("alipay.trade.query", {"out_trade_no": number})
    assert answer["passback_params"] == passback


async def test_another_merchant_sees_nothing_of_a_trade(
    merchant: Merchant, controls: Controls, number: str, keys: Path
) -> None:
    paid = await controls.pay(merchant.link({"out_trade_no": number, "total_amount": "3.00"}))
    merchant.app_id = "2021000000000001"
    merchant.key = SigningKey.read(keys / "platform_private_key.pem")
    for biz in ({"out_trade_no": number}, {"trade_no": paid["trade_no"]}):
        answer = await merchant.call("alipay.trade.query", biz)
        assert answer["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"cashier_url": "x", "out_trade_no": "y"},
        {"out_trade_no": "y", "buyer_id": "me"},
        {"out_trade_no": "y", "result": "maybe"},
        {"out_trade_no": "y", "tip": "1.00"},
    ],
)
async def test_a_wrong_control_is_refused_in_words(controls: Controls, body: dict[str, str]) -> None:
    assert (await controls.post("pay", body, status=422))["code"] == "invalid_request"


async def test_a_link_that_was_altered_pays_nothing(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "12.90"}).replace("12.90", "00.01")
    assert (await controls.post("pay", {"cashier_url": link}, 400))["code"] == "isv.invalid-signature"


async def test_a_person_logs_in_first_on_the_page_product_and_then_pays(
    merchant: Merchant, number: str
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "3.00", "subject": '<b>"x"</b>'}, PAGE)
    async with merchant.http.get(link) as response:
        page = await response.text()
        assert response.status == 200
    assert "登录并继续" in page
    assert "<b>" not in page
    assert await status(merchant, number) == "ACQ.TRADE_NOT_EXIST"
    cashier = merchant.gateway.replace("/gateway.do", "/cashier")
    form = {"link": link.partition("?")[2], "buyer_id": BUYER}
    async with merchant.http.post(cashier, data={**form, "action": "enter"}) as response:
        assert "确认付款" in await response.text()
    assert await status(merchant, number) == "WAIT_BUYER_PAY"
    async with merchant.http.post(cashier, data={**form, "action": "pay"}) as response:
        assert "支付成功" in await response.text()
    assert await status(merchant, number) == "TRADE_SUCCESS"
    async with merchant.http.get(link) as response:
        assert "支付成功" in await response.text()


async def test_a_person_sees_why_a_link_is_no_good(merchant: Merchant, number: str) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "3.00"})
    async with merchant.http.get(f"{link}&extra=1") as response:
        assert response.status == 400
        assert "isv.invalid-signature" in await response.text()


async def test_refusals_of_a_refund_have_amounts_beside_them(merchant: Merchant, number: str) -> None:
    answer = await merchant.call("alipay.trade.refund", {"out_trade_no": number, "refund_amount": "1.00"})
    assert (answer["sub_code"], answer["refund_fee"]) == ("ACQ.TRADE_NOT_EXIST", "0.00")
    assert json.dumps(answer)
