"""The sandbox's cashier on a phone-sized screen, light and dark: nothing is cut off, everything can be read and used."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, Page
from pymongo import AsyncMongoClient

from alipay_sandbox.adapters.key_files import make_key_files
from alipay_sandbox.app import Server
from alipay_sandbox.settings import Settings
from support.phone import SIZES
from support.sandbox import Merchant

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LONG = "米家 智能电饭煲 IH 加热 5L 大容量 & a-rice-cooker-with-a-name-that-nobody-could-ever-break-anywhere-at-all"
PAGE_PAY = "alipay.trade.page.pay"


@pytest.fixture
async def merchant(mongodb_uri: str, tmp_path: Path) -> AsyncIterator[Merchant]:
    """A merchant whose gateway is a running sandbox."""
    make_key_files(tmp_path)
    settings = Settings(
        mongodb_uri=mongodb_uri, prefix=f"t{secrets.token_hex(4)}_", alipay_sandbox_port=0, alipay_sandbox_keys=tmp_path,
    )  # fmt: skip
    async with (
        Server(settings) as server,
        aiohttp.ClientSession() as http,
        Merchant(tmp_path, http).listening() as merchant,
    ):
        merchant.gateway = f"{server.url}/gateway.do"
        yield merchant
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri) as mongo:
        await mongo.drop_database(settings.database)


@pytest.fixture(params=["light", "dark"])
async def page(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=SIZES["phone"], color_scheme=request.param)  # type: ignore[arg-type]
    yield await context.new_page()
    await context.close()


async def test_a_buyer_pays_on_a_phone_and_is_told_so(merchant: Merchant, page: Page) -> None:
    await page.goto(merchant.link(_order(subject=LONG, total_amount="100000.00")))
    await _is_good(page)
    assert await page.locator(".amount").inner_text() == "¥100,000.00"
    pay = page.locator("button[value=pay]")
    box = await pay.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["y"] + box["height"] <= SIZES["phone"]["height"], "the button to pay is below the first screen"
    await page.locator("label", has_text="Alex Chen").click()
    await pay.click()
    await page.get_by_role("heading", name="支付成功").wait_for()
    await _is_good(page)


async def test_a_buyer_of_a_web_page_logs_in_fails_and_pays(merchant: Merchant, page: Page) -> None:
    await page.goto(merchant.link(_order(), method=PAGE_PAY))
    await page.locator("button[value=enter]").click()
    await page.locator("button[value=fail]").click()
    assert "付款失败" in await page.get_by_role("alert").inner_text()
    await _is_good(page)
    await page.locator("button[value=pay]").click()
    await page.get_by_role("heading", name="支付成功").wait_for()


async def test_a_wrong_signature_shows_what_should_have_been_signed_and_fits(
    merchant: Merchant, page: Page
) -> None:
    await page.goto(merchant.link(_order(subject=LONG)).replace("8.88", "0.01"))
    assert "0.01" in await page.locator(".long").inner_text()
    await _is_good(page)


async def test_the_first_page_fits(merchant: Merchant, page: Page) -> None:
    await page.goto(merchant.gateway.removesuffix("/gateway.do") + "/")
    await _is_good(page)


async def _is_good(page: Page) -> None:
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url[:60]} is {wide} pixels too wide"
    found = (await Axe().run(page)).response["violations"]
    assert not [(wrong["id"], wrong["nodes"][0]["html"]) for wrong in found], page.url[:60]


def _order(**more: str) -> dict[str, str]:
    return {"out_trade_no": f"B{secrets.token_hex(10)}", "total_amount": "8.88", **more}
