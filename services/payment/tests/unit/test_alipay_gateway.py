"""Answers of Alipay's gateway, with real signatures, in the charsets that it uses."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from payment.adapters.alipay.certificates import AlipayCertificates, Roots
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


async def test_strangers_notices_cause_few_calls_and_an_answer_is_not_held_up_by_them() -> None:
    """Each of them names another certificate that is unknown."""
    asked: list[str] = []
    now = datetime(2026, 11, 29, tzinfo=UTC)

    async def answer(request: web.Request) -> web.Response:
        asked.append(json.loads((await request.post())["biz_content"])["alipay_cert_sn"])
        name = "alipay_open_app_alipaycert_download_response"
        return web.Response(text=f'{{"{name}":{{"code":"40004","sub_code":"none"}}}}')

    app = web.Application()
    app.router.add_post("/gateway.do", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        address = str(server.make_url("/gateway.do"))
        certificates = AlipayCertificates(Roots((), "1"), (), b"")
        collector = Collector("alipay", "default", "2021", "2088")
        gateway = AlipayGateway(
            Merchant(collector, address, address, KEY, certificates), lambda: http, lambda: now
        )

        async def refused(sn: str, *, notice: bool) -> int:
            """How many calls there were in all."""
            assert not await gateway.signed_by_alipay([b"x"], KEY.sign("x"), sn, notice=notice)
            return len(asked)

        assert [await refused(f"{n:032x}", notice=True) for n in range(4)] == [1, 1, 1, 1]
        assert await refused("not a number", notice=False) == 1
        assert await refused("a" * 32, notice=False) == 2
        assert await refused("a" * 32, notice=False) == 2  # it could not be fetched a moment ago
        now += timedelta(seconds=61)
        assert await refused("a" * 32, notice=False) == 3
        assert await refused("b" * 32, notice=True) == 4
    assert asked == ["0" * 32, "a" * 32, "a" * 32, "b" * 32]
