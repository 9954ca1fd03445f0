"""What each notice does: the rows of the table in the service's README."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from payment_support.till import Till, signature
from yarl import URL

from contracts.checkout import OrderPlaced
from payment.adapters.alipay.keys import SigningKey
from payment.adapters.alipay.notices import read_notice
from payment.domain.errors import BadNotice

STRANGER = SigningKey(
    rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)
WITH = {
    "": {},
    "a refund's fields": {
        "refund_fee": "1.00",
        "gmt_refund": "2026-11-22 12:10:00.123",
        "out_biz_no": "r1",
    },
    "another trade_no": {"trade_no": "2026000000000000000000000001"},
    "another amount": {"total_amount": "0.01"},
    "another seller": {"seller_id": "2088000000000002"},
    "another app": {"app_id": "2021000000000002"},
    "no order": {"out_trade_no": ""},
    "an older sign_type": {"sign_type": "RSA"},
}
FORGED = {
    "an amount altered afterwards": lambda form: form | {"total_amount": "0.01"},
    "a stranger's signature": lambda form: form | {"sign": signature(STRANGER, form)},
    "no signature": lambda form: {name: value for name, value in form.items() if name != "sign"},
}


def _rows() -> list[tuple[str, str, str, str, list[str]]]:
    """The README's table: our trade, the notice's status, its other fields, the answer, the events."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    table = text.split("| our trade | the notice |")[1].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [(*row[:4], [name for name in row[4].split(", ") if name]) for row in rows]


ROWS = _rows()


async def test_each_row_of_the_notices_table(till: Till) -> None:
    assert len(ROWS) == 33
    orders = [await _order_in(till, state) for state, *_ in ROWS]
    before = [len(till.events_of(order.order_id)) for order in orders]
    for order, row in zip(orders, ROWS, strict=True):
        paid_as = {"trade_no": (await till.trade(order.order_id)).get("trade_no", "20260000")}
        form = till.notice(order, **{**paid_as, "trade_status": row[1], **WITH.get(row[2], {})})
        got = await till.notify(FORGED[row[2]](form) if row[2] in FORGED else form)
        assert got == row[3], row
    last, _ = await till.open()  # its events follow all of these
    await till.notify(till.notice(last))
    await till.wait_for(last.order_id, "CommissionAccrued")
    for order, count, row in zip(orders, before, ROWS, strict=True):
        for expected in row[4]:
            await till.wait_for(order.order_id, expected)
        published = [type(event).__name__ for event in till.events_of(order.order_id)[count:]]
        assert sorted(published) == sorted(row[4]), row
        trade = await till.trade(order.order_id)
        settled = row[0] in ("settled", "refunded") or "PaymentSettled" in row[4]
        assert (trade.get("state") == "settled") == settled, row


async def _order_in(till: Till, state: str) -> OrderPlaced:
    if state in ("unknown", "closed before it was opened"):
        order = till.placed()
        if state != "unknown":
            await till.request_close(order)
            await till.wait_for(order.order_id, "PaymentClosed")
        return order
    if state == "refunded":
        order = await till.paid()
        await till.approve_refund(order, order.total.amount)
        await till.wait_for(order.order_id, "CommissionReversed")
        return order
    order, link = await till.open()
    if state == "settled":
        await till.notify(till.notice(order))
        await till.wait_for(order.order_id, "CommissionAccrued")
    if state in ("closed", "closed, refunded"):
        till.clock.shift += timedelta(hours=1)  # for us its link is dead
        await till.request_close(order)
        await till.wait_for(order.order_id, "PaymentClosed")
        till.clock.shift -= timedelta(hours=1)
    if state == "closed, refunded":
        await till.pay(link)
        await till.wait_for(order.order_id, "RefundSettled")
    return order


async def test_a_hundred_copies_of_one_notice_are_one_settlement_and_one_posting(till: Till) -> None:
    order, _ = await till.open()
    body = urlencode(till.notice(order)).encode()
    for _ in range(5):
        assert set(await asyncio.gather(*(till.notify(body) for _ in range(20)))) == {"success"}
    await till.posted(order.order_id, f"payment:{order.order_id}")
    marker = await till.paid()
    await till.posted(marker.order_id, f"payment:{marker.order_id}")
    assert len(till.events_of(order.order_id, "PaymentSettled")) == 1
    assert len(till.events_of(order.order_id, "CommissionAccrued")) == 1
    assert len(await till.postings(order.order_id)) == 1


@pytest.mark.timeout(300)
async def test_ten_thousand_forged_notices_change_nothing(till: Till) -> None:
    order, link = await till.open()
    published = len(till.published)
    status, body = await till.call_sandbox(
        "POST", "/sandbox/forged-notices", {"cashier_url": link, "count": 10_000, "at_once": 50}
    )
    assert status == 200, body
    assert body["answers"] == {"HTTP 200: fail": 10_000}
    trade = await till.trade(order.order_id)
    assert (trade["state"], "trade_no" in trade, len(trade["outbox"])) == ("requested", False, 1)
    assert len(till.published) == published
    assert not await till.postings(order.order_id)
    assert await till.notify(till.notice(order)) == "success"


@pytest.mark.parametrize(
    "alter",
    [
        lambda form: form | {"total_amount": "129.01"},
        lambda form: form | {"trade_status": "TRADE_FINISHED"},
        lambda form: form | {"extra": "1"},
        lambda form: {k: v for k, v in form.items() if k != "subject"},
        lambda form: form | {"sign": form["sign"][:-8] + "AAAAAAA="},
        lambda form: {k: v for k, v in form.items() if k != "sign"},
        lambda form: form | {"sign": "not base64 !"},
        lambda form: form | {"charset": "utf-7"},
        lambda form: form | {"charset": "no such"},
        lambda form: form | {"charset": "gb2312", "subject": "\U0001f377"},
    ],
)
async def test_an_altered_notice_is_refused(alter, signed_form, alipay_keys) -> None:
    await read_notice(urlencode(signed_form).encode(), alipay_keys)
    with pytest.raises(BadNotice):
        await read_notice(urlencode(alter(signed_form)).encode(), alipay_keys)


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312", "gb18030"])
@pytest.mark.parametrize("stated", ["in the form", "in the header only", "nowhere"])
async def test_a_notice_is_read_in_any_charset_wherever_that_stands(
    till: Till, charset: str, stated: str
) -> None:
    order, _ = await till.open()
    form = till.notice(order, charset=charset if stated == "in the form" else "")
    del form["sign"]
    form["sign"] = signature(till.alipay_key, form, charset)
    body = urlencode(form, encoding=charset).encode()
    header = f"; charset={charset}" if stated == "in the header only" else ""
    assert await till.notify(body, header) == "success"
    await till.wait_for(order.order_id, "PaymentSettled")


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
async def test_a_payer_returns_by_an_address_in_any_charset(till: Till, charset: str) -> None:
    order, _ = await till.open(return_url="http://127.0.0.1/order")
    form = {
        "app_id": "2021000000000001", "charset": charset, "method": "alipay.trade.wap.pay.return", "sign_type": "RSA2",
        "out_trade_no": order.order_id, "total_amount": "129.00", "seller_id": "2088000000000001", "note": "葡萄酒 & +",
    }  # fmt: skip
    query = urlencode(form | {"sign": signature(till.alipay_key, form, charset)}, encoding=charset)
    address = URL(f"{till.service.url}/v1/payments/alipay/return?{query}", encoded=True)
    async with till.http.get(address, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "http://127.0.0.1/order")
    forged = URL(str(address).replace("total_amount=129.00", "total_amount=1.00"), encoded=True)
    async with till.http.get(forged, allow_redirects=False) as answer:
        assert answer.status == 400


async def test_a_notice_that_names_a_field_twice_is_refused(till: Till) -> None:
    order, _ = await till.open()
    body = urlencode(till.notice(order)).encode()
    assert await till.notify(body + b"&total_amount=129.00") == "fail"
    assert (await till.trade(order.order_id))["state"] == "requested"
