"""Alipay's servers reach payment at an address of their own, through a proxy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web
from payment_support.till import Till

from support.sandbox import serving

PATH = "/v1/payments/alipay/notify"


@pytest.fixture
def passed() -> list[web.Request]:
    """What the proxy passed on."""
    return []


@pytest.fixture
async def proxy(port: int, passed: list[web.Request]) -> AsyncIterator[str]:
    """Passes each call on to payment, as a proxy that ends TLS does."""
    async with aiohttp.ClientSession(auto_decompress=False) as http:

        async def forward(request: web.Request) -> web.Response:
            passed.append(request)
            headers = request.headers.copy()
            headers.update(
                {
                    "X-Forwarded-For": "203.0.113.7",
                    "X-Forwarded-Proto": "https",
                    "X-Forwarded-Host": "pay.shop.example",
                    "Forwarded": "for=203.0.113.7;proto=https",
                }
            )
            url = f"http://127.0.0.1:{port}{request.raw_path}"
            async with http.request(
                request.method, url, data=await request.read(), headers=headers
            ) as answer:
                return web.Response(body=await answer.read(), status=answer.status, headers=answer.headers)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", forward)
        async with serving(app) as url:
            yield url


@pytest.fixture
def options(proxy: str) -> dict[str, Any]:
    return {"public_url": "https://shop.example", "notify_url": f"{proxy}/"}


async def test_notices_come_through_the_proxy_and_buyers_return_to_the_public_address(
    till: Till, proxy: str, passed: list[web.Request]
) -> None:
    order, link = await till.open(amount=5000)
    signed = parse_qs(urlsplit(link).query)
    assert signed["notify_url"] == [f"{proxy}{PATH}"]
    assert signed["return_url"] == ["https://shop.example/v1/payments/alipay/return"]
    await till.pay(link)
    await till.wait_for(order.order_id, "PaymentSettled")  # sooner than payment asks by itself
    assert [(request.method, request.path) for request in passed] == [("POST", PATH)]
