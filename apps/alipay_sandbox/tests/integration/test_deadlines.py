"""When the time to pay is over."""

from datetime import UTC, datetime, timedelta

from alipay_sandbox.domain import beijing
from alipay_sandbox.testing import Controls, Merchant, MovableClock
from support.eventually import Eventually


async def status(merchant: Merchant, number: str) -> str:
    answer = await merchant.call("alipay.trade.query", {"out_trade_no": number})
    return str(answer.get("trade_status") or answer["sub_code"])


async def test_a_link_dies_at_its_time_expire(
    merchant: Merchant, controls: Controls, number: str, clock: MovableClock
) -> None:
    expire = beijing.to_text(datetime.now(UTC) + timedelta(minutes=5))
    link = merchant.link({"out_trade_no": number, "total_amount": "1.00", "time_expire": expire})
    clock.ahead = timedelta(minutes=6)
    assert (await controls.post("pay", {"cashier_url": link}, 409))["code"] == "ACQ.TRADE_HAS_CLOSE"
    assert await status(merchant, number) == "ACQ.TRADE_NOT_EXIST"


async def test_a_trade_that_waits_closes_at_its_time_out_and_says_so(
    merchant: Merchant, controls: Controls, number: str, clock: MovableClock, eventually: Eventually
) -> None:
    link = merchant.link({"out_trade_no": number, "total_amount": "1.00", "timeout_express": "1m"})
    await controls.pay(link, result="fail")
    clock.ahead = timedelta(seconds=61)
    assert await status(merchant, number) == "TRADE_CLOSED"
    await eventually(lambda: merchant.notices_of(number))
    (notice,) = merchant.notices_of(number)
    assert notice["trade_status"] == "TRADE_CLOSED"
    assert "refund_fee" not in notice


async def test_a_deadline_closes_a_trade_that_nobody_asks_about(
    merchant: Merchant, controls: Controls, number: str, eventually: Eventually
) -> None:
    expire = beijing.to_text(datetime.now(UTC) + timedelta(seconds=2))
    link = merchant.link({"out_trade_no": number, "total_amount": "1.00", "time_expire": expire})
    await controls.pay(link, result="fail")
    await eventually(lambda: merchant.notices_of(number), within=10)
    assert merchant.notices_of(number)[0]["trade_status"] == "TRADE_CLOSED"


async def test_a_qr_code_is_no_trade_until_it_is_scanned_and_lives_two_hours(
    merchant: Merchant, controls: Controls, number: str, clock: MovableClock
) -> None:
    order = {"out_trade_no": number, "total_amount": "3.00", "subject": "s"}
    code = (await merchant.call("alipay.trade.precreate", order))["qr_code"]
    assert await status(merchant, number) == "ACQ.TRADE_NOT_EXIST"
    clock.ahead = timedelta(hours=2, seconds=1)
    assert (await controls.post("pay", {"qr_code": code}, 404))["code"] == "ACQ.TRADE_NOT_EXIST"
    clock.ahead = timedelta()
    assert (await controls.post("pay", {"qr_code": code}))["trade_status"] == "TRADE_SUCCESS"
