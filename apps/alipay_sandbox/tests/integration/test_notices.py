"""Notices on their schedule, and everything that can go wrong with them and with calls on request."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
import pytest
from aiohttp import web

from alipay_sandbox.server import Server
from alipay_sandbox.testing import Controls, Merchant, serving
from support.eventually import Eventually

Start = Callable[[], Awaitable[Server]]

QUERY = "alipay.trade.query"
REFUND = "alipay.trade.refund"
A_DAY_A_SECOND = 86_400


async def pay(merchant: Merchant, controls: Controls, number: str) -> None:
    await controls.pay(merchant.link({"out_trade_no": number, "total_amount": "12.90"}))


async def test_a_notice_is_signed_and_says_what_was_paid(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await pay(merchant, controls, number)
    await eventually(lambda: merchant.notices_of(number))
    (notice,) = merchant.notices_of(number)
    assert merchant.genuine(notice)
    assert not merchant.genuine({**notice, "total_amount": "0.01"})
    assert notice["notify_type"] == "trade_status_sync"
    assert (notice["trade_status"], notice["total_amount"]) == ("TRADE_SUCCESS", "12.90")
    assert (notice["app_id"], notice["seller_id"]) == ("2021000000000002", "2088000000000002")
    assert notice["subject"] == "米粉 rice & wine=+%"


@pytest.mark.parametrize("answer", ["fail", "success\n", "SUCCESS", "<p>success</p>", " success", ""])
async def test_only_the_bare_word_ends_the_eight_tries(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually, answer: str
) -> None:
    merchant.answers = [answer]
    await controls.post("clock", {"speed": A_DAY_A_SECOND})
    await pay(merchant, controls, number)

    async def given_up() -> bool:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        return bool(notice["done"])

    await eventually(given_up)
    received = merchant.notices_of(number)
    assert len(received) == 8
    assert len({notice["notify_id"] for notice in received}) == 1
    assert all(merchant.genuine(notice) for notice in received)


async def test_tries_end_with_the_first_success(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    merchant.answers = ["fail", "fail", "success"]
    await controls.post("clock", {"speed": A_DAY_A_SECOND})
    await pay(merchant, controls, number)

    async def settled() -> list[str]:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        return [a["answer"] for a in notice["answers"]] if notice["done"] else []

    assert await eventually(settled) == ["HTTP 200: fail", "HTTP 200: fail", "success"]
    assert len(merchant.notices_of(number)) == 3


async def test_at_its_real_speed_the_second_try_is_four_minutes_away(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    merchant.answers = ["fail"]
    await pay(merchant, controls, number)

    async def first_try() -> float:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        if not notice["attempts"]:
            return 0.0
        due, tried = (datetime.fromisoformat(t) for t in (notice["due"], notice["answers"][0]["at"]))
        return (due - tried).total_seconds()

    assert 239 < await eventually(first_try) <= 240


async def test_a_notice_that_was_not_taken_survives_a_restart_of_the_sandbox(
    start: Start,
    own_merchant: Merchant,
    http: aiohttp.ClientSession,
    number: str,
    eventually: Eventually,
) -> None:
    merchant = own_merchant
    first: Server = await start()
    merchant.gateway = f"{first.url}/gateway.do"
    merchant.answers = ["fail", "success"]
    link = merchant.link({"out_trade_no": number, "total_amount": "12.90"})
    async with http.post(f"{first.url}/sandbox/pay", json={"cashier_url": link}) as response:
        assert response.status == 200
    await eventually(lambda: merchant.notices_of(number))
    await first.stop()
    second: Server = await start()
    async with http.post(f"{second.url}/sandbox/clock", json={"speed": A_DAY_A_SECOND}) as response:
        assert response.status == 200
    await eventually(lambda: len(merchant.notices_of(number)) == 2)
    assert len({notice["notify_id"] for notice in merchant.notices_of(number)}) == 1


async def test_speed_faults_and_balances_survive_a_restart(
    start: Start, own_merchant: Merchant, http: aiohttp.ClientSession, number: str
) -> None:
    first: Server = await start()
    own_merchant.gateway = f"{first.url}/gateway.do"
    link = own_merchant.link({"out_trade_no": number, "total_amount": "12.90"})
    seller = "/sandbox/sellers/2088000000000002"
    for path, body in (
        ("/sandbox/pay", {"cashier_url": link}),
        (f"{seller}/withdrawals", {"amount": "2.90"}),
        ("/sandbox/clock", {"speed": 7}),
        ("/sandbox/faults", {"fault": "drop_notify", "count": 3, "out_trade_no": "later"}),
    ):
        async with http.post(f"{first.url}{path}", json=body) as response:
            assert response.status == 200
    await first.stop()
    second: Server = await start()
    async with http.get(f"{second.url}/sandbox/clock") as response:
        assert (await response.json())["speed"] == 7
    async with http.get(f"{second.url}/sandbox/faults") as response:
        assert [fault["count"] for fault in (await response.json())["items"]] == [3]
    async with http.get(f"{second.url}{seller}") as response:
        assert (await response.json())["balance"] == "10.00"


async def test_a_dropped_notice_comes_with_the_next_try(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await controls.post("faults", {"fault": "drop_notify", "count": 1, "out_trade_no": number})
    await pay(merchant, controls, number)

    async def dropped() -> bool:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        return bool(notice["attempts"] == 1)

    await eventually(dropped)
    assert merchant.notices_of(number) == []
    await controls.post("clock", {"speed": A_DAY_A_SECOND})
    await eventually(lambda: len(merchant.notices_of(number)) == 1)


async def test_a_notice_can_be_delivered_a_hundred_times(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await controls.post("faults", {"fault": "duplicate_notify", "out_trade_no": number, "copies": 100})
    await pay(merchant, controls, number)
    await eventually(lambda: len(merchant.notices_of(number)) == 100)
    assert len({notice["sign"] for notice in merchant.notices_of(number)}) == 1


async def test_a_delayed_notice_comes_later_and_is_still_the_first_try(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await controls.post("faults", {"fault": "delay_notify", "out_trade_no": number, "seconds": 3600})
    await pay(merchant, controls, number)

    async def delayed() -> bool:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        return [a["answer"] for a in notice["answers"]] == ["fault: delayed"]

    await eventually(delayed)
    assert merchant.notices_of(number) == []
    await controls.post("clock", {"speed": A_DAY_A_SECOND})
    await eventually(lambda: len(merchant.notices_of(number)) == 1)
    (notice,) = (await controls.get(f"trades/{number}"))["notices"]
    assert notice["attempts"] <= 1


async def test_a_reordered_notice_is_overtaken_by_the_next_one_of_its_trade(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await controls.post("faults", {"fault": "reorder_notify", "count": 1, "out_trade_no": number})
    await pay(merchant, controls, number)

    async def held() -> bool:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        return bool(notice["answers"])

    await eventually(held)
    await merchant.call(REFUND, {"out_trade_no": number, "refund_amount": "12.90"})
    await eventually(lambda: len(merchant.notices_of(number)) == 2)
    assert [n["trade_status"] for n in merchant.notices_of(number)] == ["TRADE_CLOSED", "TRADE_SUCCESS"]
    await controls.post("clock", {"speed": A_DAY_A_SECOND})

    async def both_done() -> bool:
        notices = (await controls.get(f"trades/{number}"))["notices"]
        return all(notice["done"] and notice["attempts"] == 1 for notice in notices)

    await eventually(both_done)
    assert len(merchant.notices_of(number)) == 2


@pytest.mark.parametrize("forgery", ["wrong_key", "altered_amount", "sha1", "unsigned"])
async def test_a_forged_notice_does_not_verify(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually, forgery: str
) -> None:
    await controls.post("faults", {"fault": "forge_notify", "out_trade_no": number, "forgery": forgery})
    await pay(merchant, controls, number)
    await eventually(lambda: len(merchant.notices_of(number)) == 2)
    assert [merchant.genuine(notice) for notice in merchant.notices_of(number)] == [False, True]


async def test_a_notice_of_another_merchants_trade_verifies_and_must_be_told_by_its_seller(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await controls.post("faults", {"fault": "forge_notify", "count": 1, "forgery": "other_merchant"})
    await pay(merchant, controls, number)
    await eventually(lambda: len(merchant.notices_of(number)) == 2)
    forged, true = merchant.notices_of(number)
    assert merchant.genuine(forged)
    assert forged["seller_id"] != true["seller_id"]


async def test_payments_that_never_were_can_be_claimed_by_forged_notices(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    merchant.answers = ["fail"]
    link = merchant.link({"out_trade_no": number, "total_amount": "12.90"})
    report = await controls.post("forged-notices", {"cashier_url": link, "count": 50})
    assert report == {"sent": 50, "answers": {"HTTP 200: fail": 50}}
    assert len(merchant.notices_of(number)) == 50
    assert (await controls.get(f"trades/{number}", status=404))["code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("signed", [True, False])
async def test_a_gateway_error_is_counted_and_signed_only_on_request(
    merchant: Merchant, controls: Controls, number: str, signed: bool
) -> None:
    fault = {"fault": "gateway_error", "count": 2, "out_trade_no": number, "signed": signed}
    await controls.post("faults", fault)
    for _ in range(2):
        content = json.loads(await merchant.call_raw(merchant.sign(QUERY, {"out_trade_no": number})))
        assert ("sign" in content) is signed
        assert next(iter(content.values()))["code"] == "20000"
    assert (await merchant.call(QUERY, {"out_trade_no": number}))["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize("applied", [True, False])
async def test_a_call_that_times_out_may_have_taken_effect_or_not(
    merchant: Merchant, controls: Controls, number: str, applied: bool
) -> None:
    await pay(merchant, controls, number)
    fault = {"fault": "gateway_timeout", "method": REFUND, "seconds": 0.2, "applied": applied}
    await controls.post("faults", fault)
    with pytest.raises((aiohttp.ClientError, asyncio.TimeoutError)):
        await merchant.call(REFUND, {"out_trade_no": number, "refund_amount": "12.90"})
    asked = {"out_trade_no": number, "out_request_no": number}
    answer = await merchant.call("alipay.trade.fastpay.refund.query", asked)
    assert ("refund_status" in answer) is applied


async def test_faults_can_be_taken_back(merchant: Merchant, controls: Controls, number: str) -> None:
    await controls.post("faults", {"fault": "gateway_error", "count": 100})
    async with merchant.http.delete(f"{controls.url}/sandbox/faults") as response:
        assert response.status == 200
    assert (await merchant.call(QUERY, {"out_trade_no": number}))["code"] == "40004"


async def test_a_redirect_is_not_followed_and_not_taken_for_success(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    reached: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        reached.append("redirect")
        raise web.HTTPFound("/success")

    async def success(request: web.Request) -> web.Response:
        reached.append("target")
        return web.Response(text="success")

    async def answered() -> str:
        (notice,) = (await controls.get(f"trades/{number}"))["notices"]
        return str(notice["answers"][0]["answer"]) if notice["answers"] else ""

    app = web.Application()
    app.add_routes([web.post("/n", redirect), web.route("*", "/success", success)])
    async with serving(app) as url:
        await controls.pay(
            merchant.link({"out_trade_no": number, "total_amount": "1.00"}, notify_url=f"{url}/n")
        )
        assert (await eventually(answered)).startswith("HTTP 302")
    assert reached == ["redirect"]
