"""The sandbox speaks Alipay's protocol to clients that we did not write."""

import io
import re
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
from aiohttp import web

from alipay_sandbox.domain import beijing
from support.eventually import Eventually
from support.sandbox import Controls, Merchant, serving

pytestmark = [pytest.mark.interop, pytest.mark.timeout(900)]  # the first run installs the clients

BUYER = "2088102100000001"
SUBJECT = '米粉 "rice" & wine=+%'
WAP, PAGE, APP = "alipay.trade.wap.pay", "alipay.trade.page.pay", "alipay.trade.app.pay"
NODE = pytest.param("node", marks=pytest.mark.polyglot)
JAVA = pytest.param("java", marks=pytest.mark.polyglot)
PRODUCTS = {WAP: "QUICK_WAP_WAY", PAGE: "FAST_INSTANT_TRADE_PAY", APP: "QUICK_MSECURITY_PAY"}


REFUSALS = {"AliPayValidationError", "ResponseException", "AlipayRequestError", "AlipayApiException"}
"""What the clients raise for an answer whose signature does not fit."""


class Client(Protocol):
    """A published client, driven by commands."""

    async def perform(self, **command: Any) -> Any: ...
    async def attempt(self, **command: Any) -> dict[str, Any]: ...


class Speaker:
    """One way of asking for things, whichever client does it."""

    def __init__(self, client: Client, name: str, notify_url: str, gateway: str) -> None:
        self.client = client
        self.name = name
        self.notify_url = notify_url
        self.gateway = gateway

    async def call(self, method: str, **biz: Any) -> dict[str, Any]:
        """A server-to-server call; each client verifies the answer's signature itself."""
        generic = self.name == "community" and method.startswith("alipay.data.")
        result: dict[str, Any] = await self.client.perform(
            how="generic" if generic else "call", method=method, biz=biz
        )
        return result

    async def link(self, method: str, **biz: Any) -> str:
        """What a merchant gives the buyer: an address, or an order string for the app."""
        options = {"notify_url": self.notify_url}
        if method != APP:
            options["return_url"] = "http://shop.example/back"
        if self.name == "community":
            text = await self.client.perform(how="call", method=method, biz=biz, **options)
            return str(text) if method == APP else f"{self.gateway}?{text}"
        how = {"how": "order string"} if method == APP else {"how": "page", "http_method": "GET"}
        product = {"product_code": PRODUCTS[method]}
        return str(await self.client.perform(**how, method=method, biz={**biz, **product}, **options))


@pytest.fixture(params=["community", "official", NODE, JAVA])
def speaker(request: pytest.FixtureRequest, merchant: Merchant) -> Speaker:
    """Each client in turn."""
    client = request.getfixturevalue(request.param)
    return Speaker(client, request.param, merchant.notify_url, merchant.gateway)


@pytest.fixture
def order() -> dict[str, str]:
    """A fresh order."""
    return {"out_trade_no": f"I{uuid4().hex}", "total_amount": "12.90", "subject": SUBJECT}


async def pay(controls: Controls, link: str) -> dict[str, Any]:
    means = {"cashier_url": link} if link.startswith("http") else {"order_string": link}
    return await controls.post("pay", means)


@pytest.mark.parametrize("method", [WAP, PAGE, APP])
async def test_a_link_of_every_product_is_paid_and_told(
    speaker: Speaker,
    controls: Controls,
    merchant: Merchant,
    order: dict[str, str],
    eventually: Eventually,
    method: str,
) -> None:
    number = order["out_trade_no"]
    paid = await pay(controls, await speaker.link(method, **order))
    assert paid["trade_status"] == "TRADE_SUCCESS"
    answer = await speaker.call("alipay.trade.query", out_trade_no=number)
    assert (answer["trade_status"], answer["total_amount"]) == ("TRADE_SUCCESS", "12.90")
    await eventually(lambda: merchant.notices_of(number))
    (notice,) = merchant.notices_of(number)
    assert notice["subject"] == SUBJECT
    assert await speaker.client.perform(how="verify", fields=notice) is True
    altered = await speaker.client.attempt(how="verify", fields={**notice, "total_amount": "0.01"})
    assert altered.get("result") is False or altered["error"] == "VerificationError"
    if method != APP:
        back = dict(parse_qsl(urlsplit(await controls.return_address(paid)).query))
        assert await speaker.client.perform(how="verify", fields=back) is True


async def test_refunds_go_through_with_their_queries(
    speaker: Speaker, controls: Controls, order: dict[str, str]
) -> None:
    number = order["out_trade_no"]
    await pay(controls, await speaker.link(WAP, **order))
    part = {"out_trade_no": number, "refund_amount": "2.90", "out_request_no": "r1"}
    assert (await speaker.call("alipay.trade.refund", **part))["fund_change"] == "Y"
    assert (await speaker.call("alipay.trade.refund", **part))["fund_change"] == "N"
    asked = {"out_trade_no": number, "out_request_no": "r1"}
    made = await speaker.call("alipay.trade.fastpay.refund.query", **asked)
    assert (made["refund_status"], made["refund_amount"]) == ("REFUND_SUCCESS", "2.90")
    never = await speaker.call("alipay.trade.fastpay.refund.query", **{**asked, "out_request_no": "r2"})
    assert never["code"] == "10000"
    assert "refund_status" not in never
    too_much = {**part, "refund_amount": "10.01", "out_request_no": "r3"}
    assert (await speaker.call("alipay.trade.refund", **too_much))["sub_code"] == (
        "ACQ.REASON_TRADE_REFUND_FEE_ERR"
    )
    rest = {**part, "refund_amount": "10.00", "out_request_no": "r4"}
    assert (await speaker.call("alipay.trade.refund", **rest))["refund_fee"] == "12.90"
    assert (await speaker.call("alipay.trade.query", out_trade_no=number))["trade_status"] == "TRADE_CLOSED"


async def test_a_trade_is_created_queried_and_closed(speaker: Speaker, order: dict[str, str]) -> None:
    number = order["out_trade_no"]
    missing = await speaker.call("alipay.trade.query", out_trade_no=number)
    assert (missing["code"], missing["sub_code"]) == ("40004", "ACQ.TRADE_NOT_EXIST")
    created = await speaker.call("alipay.trade.create", **order, buyer_id=BUYER)
    assert created["trade_no"]
    waiting = await speaker.call("alipay.trade.query", trade_no=created["trade_no"])
    assert waiting["trade_status"] == "WAIT_BUYER_PAY"
    assert (await speaker.call("alipay.trade.close", out_trade_no=number))["code"] == "10000"
    again = await speaker.call("alipay.trade.close", out_trade_no=number)
    assert again["sub_code"] == "ACQ.TRADE_HAS_CLOSE"


async def test_a_qr_code_is_made_paid_and_cancelled(
    speaker: Speaker, controls: Controls, order: dict[str, str]
) -> None:
    code = (await speaker.call("alipay.trade.precreate", **order))["qr_code"]
    await controls.post("pay", {"qr_code": code})
    cancelled = await speaker.call("alipay.trade.cancel", out_trade_no=order["out_trade_no"])
    assert (cancelled["action"], cancelled["retry_flag"]) == ("refund", "N")


async def test_the_bill_is_fetched_from_the_address_that_the_client_got(
    speaker: Speaker, controls: Controls, merchant: Merchant, order: dict[str, str]
) -> None:
    await pay(controls, await speaker.link(WAP, **order))
    day = beijing.day_of(datetime.now(UTC)).isoformat()
    answer = await speaker.call(
        "alipay.data.dataservice.bill.downloadurl.query", bill_type="trade", bill_date=day
    )
    async with merchant.http.get(answer["bill_download_url"]) as response:
        packed = zipfile.ZipFile(io.BytesIO(await response.read()))
    detail = packed.read(packed.namelist()[0]).decode("gbk")
    assert order["out_trade_no"] in detail


async def test_a_method_that_is_not_simulated_is_refused_and_signed(
    community: Client, order: dict[str, str]
) -> None:
    biz = {"out_trade_no": order["out_trade_no"], "scene": "bar_code", "auth_code": "28", "subject": "s"}
    answer = await community.perform(how="call", method="alipay.trade.pay", biz=biz)
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-method")


class Form:
    """What a browser would post from the client's form.

    Read by pattern, as a browser does it: Python's HTML parser takes the `&not` of a raw `&notify_url=` for a sign.
    """

    def __init__(self, page: str) -> None:
        (self.action,) = re.findall(r'<form [^>]*action="([^"]*)"', page)
        inputs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)" ?/?>', page)
        self.fields = {name: value.replace("&quot;", '"') for name, value in inputs}


@pytest.mark.parametrize("name", ["official", NODE, JAVA])
async def test_the_form_that_a_client_makes_opens_the_cashier(
    request: pytest.FixtureRequest, merchant: Merchant, order: dict[str, str], name: str
) -> None:
    client: Client = request.getfixturevalue(name)
    biz = {**order, "subject": "米粉 rice", "product_code": PRODUCTS[PAGE]}
    page = await client.perform(
        how="page", http_method="POST", method=PAGE, biz=biz, notify_url=merchant.notify_url
    )
    form = Form(page)
    async with merchant.http.post(form.action, data=form.fields) as response:
        shown = await response.text()
        assert response.status == 200, shown
    assert "12.90" in shown
    assert "登录并继续" in shown


@asynccontextmanager
async def meddling(gateway: str, merchant: Merchant) -> AsyncIterator[str]:
    """A gateway in the middle that makes every amount smaller."""

    async def meddle(request: web.Request) -> web.Response:
        url = f"{gateway}?{request.rel_url.raw_query_string}"
        async with merchant.http.request(
            request.method,
            url,
            data=await request.read(),
            headers={
                "Content-Type": request.headers.get("Content-Type", "application/x-www-form-urlencoded")
            },
        ) as response:
            return web.Response(body=(await response.read()).replace(b"12.90", b"00.01"))

    app = web.Application(client_max_size=2**20)
    app.add_routes([web.route("*", "/gateway.do", meddle)])
    async with serving(app) as url:
        yield f"{url}/gateway.do"


@pytest.mark.parametrize("name", ["community", "official", NODE, JAVA])
async def test_an_answer_that_was_meddled_with_is_refused_by_the_client(
    start_client: Callable[[str, str], AbstractAsyncContextManager[Client]],
    controls: Controls,
    merchant: Merchant,
    order: dict[str, str],
    name: str,
) -> None:
    async with meddling(merchant.gateway, merchant) as gateway, start_client(name, gateway) as client:
        speaker = Speaker(client, name, merchant.notify_url, merchant.gateway)
        await pay(controls, merchant.link(order))
        asked = {
            "how": "call",
            "method": "alipay.trade.query",
            "biz": {"out_trade_no": order["out_trade_no"]},
        }
        answer = await speaker.client.attempt(**asked)
    assert answer.get("error") in REFUSALS, answer
