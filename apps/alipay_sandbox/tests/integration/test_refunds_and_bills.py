"""Refunds, sellers' balances, and bills."""

import asyncio
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

from alipay_sandbox.domain import beijing
from support.eventually import Eventually
from support.sandbox import Controls, Merchant, MovableClock

REFUND = "alipay.trade.refund"
REFUND_QUERY = "alipay.trade.fastpay.refund.query"
BILL = "alipay.data.dataservice.bill.downloadurl.query"


async def paid(merchant: Merchant, controls: Controls, number: str, amount: str = "10.00") -> None:
    await controls.pay(merchant.link({"out_trade_no": number, "total_amount": amount}))


async def refund(merchant: Merchant, number: str, amount: str, request: str = "") -> dict[str, Any]:
    biz = {"out_trade_no": number, "refund_amount": amount, "refund_reason": "too big"}
    return await merchant.call(REFUND, {**biz, "out_request_no": request} if request else biz)


async def test_partial_refunds_add_up_and_the_last_one_closes_the_trade(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    await paid(merchant, controls, number)
    first = await refund(merchant, number, "4.00", "r1")
    assert (first["fund_change"], first["refund_fee"]) == ("Y", "4.00")
    again = await refund(merchant, number, "4.00", "r1")
    assert (again["code"], again["fund_change"], again["refund_fee"]) == ("10000", "N", "4.00")
    other = await refund(merchant, number, "5.00", "r1")
    assert other["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    too_much = await refund(merchant, number, "6.01", "r2")
    assert too_much["sub_code"] == "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    last = await refund(merchant, number, "6.00", "r3")
    assert last["refund_fee"] == "10.00"
    await eventually(lambda: len(merchant.notices_of(number)) == 3)
    fee_by_number = {
        n.get("out_biz_no", ""): (n["trade_status"], n.get("refund_fee")) for n in merchant.notices_of(number)
    }
    assert fee_by_number == {
        "": ("TRADE_SUCCESS", None),
        "r1": ("TRADE_SUCCESS", "4.00"),
        "r3": ("TRADE_CLOSED", "10.00"),
    }
    assert all(merchant.genuine(notice) for notice in merchant.notices_of(number))


async def test_a_refund_can_be_queried(merchant: Merchant, controls: Controls, number: str) -> None:
    await paid(merchant, controls, number)
    never = await merchant.call(REFUND_QUERY, {"out_trade_no": number, "out_request_no": "r1"})
    assert never["code"] == "10000"
    assert "refund_status" not in never
    await refund(merchant, number, "4.00", "r1")
    made = await merchant.call(REFUND_QUERY, {"out_trade_no": number, "out_request_no": "r1"})
    assert (made["refund_status"], made["refund_amount"], made["total_amount"]) == (
        "REFUND_SUCCESS",
        "4.00",
        "10.00",
    )


async def test_fifty_equal_refunds_at_once_move_the_money_once(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    await paid(merchant, controls, number)
    answers = await asyncio.gather(*(refund(merchant, number, "4.00", "r1") for _ in range(50)))
    assert sorted(answer["fund_change"] for answer in answers) == ["N"] * 49 + ["Y"]
    assert (await controls.get(f"trades/{number}"))["refunded_amount"] == "4.00"


async def test_different_refunds_at_once_never_exceed_what_was_paid(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    await paid(merchant, controls, number)
    answers = await asyncio.gather(*(refund(merchant, number, "3.00", f"r{n}") for n in range(12)))
    assert sum(answer["code"] == "10000" for answer in answers) == 3
    assert (await controls.get(f"trades/{number}"))["refunded_amount"] == "9.00"


async def test_a_seller_who_withdrew_the_money_cannot_refund(
    merchant: Merchant, controls: Controls, number: str
) -> None:
    seller = "sellers/2088000000000002"
    await paid(merchant, controls, number)
    assert (await controls.get(seller))["balance"] == "10.00"
    await controls.post(f"{seller}/withdrawals", {"amount": "7.00"})
    answer = await refund(merchant, number, "4.00", "r1")
    assert answer["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"
    assert (await refund(merchant, number, "3.00", "r1"))["fund_change"] == "Y"
    assert (await controls.get(seller))["balance"] == "0.00"
    none_left = await controls.post(f"{seller}/withdrawals", {"amount": "0.01"}, status=409)
    assert none_left["code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"


async def test_the_bill_is_a_zip_of_two_gbk_files_valid_for_30_seconds(
    merchant: Merchant, controls: Controls, number: str, clock: MovableClock
) -> None:
    day = beijing.day_of(datetime.now(UTC)).isoformat()
    ask = {"bill_type": "trade", "bill_date": day}
    assert (await merchant.call(BILL, ask))["sub_code"] == "isp.bill_not_exist"
    await paid(merchant, controls, number, "12.90")
    await refund(merchant, number, "0.90", "r1")
    address = (await merchant.call(BILL, ask))["bill_download_url"]
    async with merchant.http.get(address) as response:
        assert response.status == 200
        packed = zipfile.ZipFile(io.BytesIO(await response.read()))
    names = [name.encode("cp437").decode("gbk") for name in packed.namelist()]
    compact = day.replace("-", "")
    assert names == [
        f"20880000000000020156_{compact}_业务明细.csv",
        f"20880000000000020156_{compact}_业务明细(汇总).csv",
    ]
    assert packed.testzip() is None
    detail = packed.read(packed.namelist()[0]).decode("gbk").split("\r\n")
    rows = [row.split(",") for row in detail if number in row]
    assert [(row[2], row[11].strip()) for row in rows] == [("交易", "12.90"), ("退款", "-0.90")]
    async with merchant.http.get(address.replace("bizDates=20", "bizDates=19")) as response:
        assert response.status == 403
    clock.ahead = timedelta(seconds=31)
    async with merchant.http.get(address) as response:
        assert response.status == 403


async def test_a_bill_of_tomorrow_or_of_nonsense_does_not_exist(merchant: Merchant) -> None:
    tomorrow = beijing.day_of(datetime.now(UTC) + timedelta(days=1)).isoformat()
    answer = await merchant.call(BILL, {"bill_type": "trade", "bill_date": tomorrow})
    assert answer["sub_code"] == "isp.bill_not_exist"
    days = [{"bill_type": "trade", "bill_date": day} for day in ("x", "0001-01-01", "9999-12-31", "9999-12")]
    for wrong in (*days, {"bill_type": "y", "bill_date": "2026-01-01"}):
        assert (await merchant.call(BILL, wrong))["sub_code"] == "isv.invalid-parameter"
