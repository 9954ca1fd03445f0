"""The sandbox speaks certificate mode to published clients that know it: all but `alipay-sdk-python`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from alipay_sandbox.app import Server
from support.eventually import Eventually
from support.sandbox import Controls, Merchant

pytestmark = [pytest.mark.interop, pytest.mark.timeout(900)]  # the first run installs the clients
WAP = "alipay.trade.wap.pay"


class Client(Protocol):
    """A published client, driven by commands."""

    name: str

    async def perform(self, **command: Any) -> Any: ...
    async def attempt(self, **command: Any) -> dict[str, Any]: ...


@pytest.fixture(
    params=[
        "community",
        pytest.param("node", marks=pytest.mark.polyglot),
        pytest.param("java", marks=pytest.mark.polyglot),
    ]
)
async def client(request: pytest.FixtureRequest, start_client: Any, sandbox: Server) -> AsyncIterator[Client]:
    """Each client in turn, as the merchant in certificate mode."""
    async with start_client(request.param, f"{sandbox.url}/gateway.do", certified=True) as client:
        client.name = request.param
        yield client


async def link_of(client: Client, merchant: Merchant, biz: dict[str, str]) -> str:
    """A payment link that the client signed."""
    options = {"notify_url": merchant.notify_url, "return_url": "http://shop.example/back"}
    if client.name == "community":
        text = await client.perform(how="call", method=WAP, biz=biz, **options)
        return f"{merchant.gateway}?{text}"
    full = {**biz, "product_code": "QUICK_WAP_WAY"}
    return str(await client.perform(how="page", http_method="GET", method=WAP, biz=full, **options))


async def test_an_order_is_paid_told_queried_and_refunded(
    client: Client, controls: Controls, merchant: Merchant, eventually: Eventually
) -> None:
    number = f"C{uuid4().hex}"
    link = await link_of(
        client, merchant, {"out_trade_no": number, "total_amount": "12.90", "subject": "rice"}
    )
    assert {"app_cert_sn", "alipay_root_cert_sn"} <= dict(parse_qsl(urlsplit(link).query)).keys()
    paid = await controls.pay(link)
    await eventually(lambda: merchant.notices_of(number))
    (notice,) = merchant.notices_of(number)
    assert len(notice["alipay_cert_sn"]) == 32
    assert await client.perform(how="verify", fields=notice) is True
    assert (await client.attempt(how="verify", fields={**notice, "total_amount": "0.01"}))["result"] is False
    back = dict(parse_qsl(urlsplit(await controls.return_address(paid)).query))
    assert await client.perform(how="verify", fields=back) is True
    biz = {"out_trade_no": number}
    answer = await client.perform(how="call", method="alipay.trade.query", biz=biz)
    assert (answer["trade_status"], answer["total_amount"]) == ("TRADE_SUCCESS", "12.90")
    refund = {**biz, "refund_amount": "12.90"}
    assert (await client.perform(how="call", method="alipay.trade.refund", biz=refund))["fund_change"] == "Y"
    unknown = await client.perform(
        how="call", method="alipay.trade.query", biz={"out_trade_no": f"C{uuid4().hex}"}
    )
    assert unknown["sub_code"] == "ACQ.TRADE_NOT_EXIST"
