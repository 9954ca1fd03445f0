"""Answers of Alipay's gateway, with real signatures, in the charsets that it uses."""

from __future__ import annotations

from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from payment.adapters.alipay.gateway import AlipayGateway, NoAnswer, Reply
from payment.adapters.alipay.keys import SigningKey, VerifyingKeys
from payment.adapters.alipay.merchants import Merchant
from payment.domain.trade import Collector

METHOD = "alipay.trade.query"
PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEY = SigningKey(
    PRIVATE.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
)
PUBLIC = VerifyingKeys(
    [
        PRIVATE.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ]
)
NOT_FOUND = (
    '{"code":"40004","msg":"Business Failed","sub_code":"ACQ.TRADE_NOT_EXIST","sub_msg":"交易不存在，联通"}'
)


async def call(content: bytes, header: str) -> Reply:
    """What the gateway's client makes of this answer."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=content, headers={"Content-Type": header})

    app = web.Application()
    app.router.add_post("/gateway.do", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        address = str(server.make_url("/gateway.do"))
        collector = Collector("alipay", "default", "2021", "2088")
        merchant = Merchant(collector, address, address, KEY, PUBLIC)
        gateway = AlipayGateway(merchant, lambda: http, lambda: datetime(2026, 11, 22, tzinfo=UTC))
        return await gateway.call(METHOD, {"out_trade_no": "o1"})


def signed(inner: str, charset: str, *, over: str = "") -> bytes:
    """An answer in this charset; signed over the bytes that are sent, or over those of another charset."""
    sign = KEY.sign_bytes(inner.encode(over or charset))
    return f'{{"alipay_trade_query_response":{inner},"sign":"{sign}"}}'.encode(charset)


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb18030"])
@pytest.mark.parametrize(
    "header", ["text/html", "text/html;charset=utf-8", "text/html;charset=GBK", "application/json"]
)
async def test_a_signed_failure_is_an_answer_in_any_charset(charset: str, header: str) -> None:
    reply = await call(signed(NOT_FOUND, charset), header)
    assert (reply.ok, reply.sub_code) == (False, "ACQ.TRADE_NOT_EXIST")


async def test_a_signature_over_other_bytes_than_were_sent_is_no_answer() -> None:
    with pytest.raises(NoAnswer):
        await call(signed(NOT_FOUND, "gbk", over="utf-8"), "text/html;charset=GBK")


async def test_text_in_gbk_arrives_as_it_was_written() -> None:
    reply = await call(signed(NOT_FOUND, "gbk"), "text/html;charset=GBK")
    assert reply.fields["sub_msg"] == "交易不存在，联通"
