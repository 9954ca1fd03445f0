"""One order placed and paid in the composed platform, as a browser on this machine does it: through the demo host app."""

from __future__ import annotations

import asyncio
import os
import secrets
from typing import Any

import aiohttp

HOST_DEMO = f"http://127.0.0.1:{os.environ.get('HOST_DEMO_PORT', '8088')}"
SANDBOX = f"http://127.0.0.1:{os.environ.get('ALIPAY_SANDBOX_PORT', '8090')}"
PAID_WITHIN_SECONDS = 60
ADDRESS = {"recipient": "Compose", "phone": "13600000000", "region": "Jiangsu", "street": "Canal 3"}


async def place_and_pay(host_demo: str = HOST_DEMO, sandbox: str = SANDBOX) -> None:
    """Raises AssertionError when a step does not answer as it should."""
    async with aiohttp.ClientSession(host_demo, cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        async with browser.get("/h/kuaiying") as page:  # a newcomer gets an identity
            assert page.status == 200, await page.text()
        states = (await _call(browser, "GET", "/api/state"))["processes"]
        assert set(states.values()) == {"ready"}, states

        video = await _call(browser, "GET", f"/api/kuaiying/videos/{await _first_video(browser)}")
        anchor = f"/api/kuaiying/videos/{video['video_id']}/anchors/{video['anchors'][0]['anchor_id']}"
        click = await _call(browser, "POST", f"{anchor}/clicks")
        product = click["target"]["product"]
        async with browser.get(product["images"][0]) as picture:
            assert picture.status == 200, product["images"][0]
        entry = {
            "mini_program_id": product["mini_program_id"], "surface": "video_anchor", "click_id": click["click_id"],
        }  # fmt: skip
        await _call(browser, "POST", "/api/kuaiying/sessions", entry)

        orders = f"/api/kuaiying/mini-programs/{product['mini_program_id']}/orders"
        sku = next(sku for sku in product["skus"] if sku["available"] > 0)
        body = {"lines": [{"sku_id": sku["sku_id"], "quantity": 1}], "address": ADDRESS}
        order = await _call(
            browser, "POST", f"{orders}?wait=10", body, {"Idempotency-Key": secrets.token_hex(8)}
        )
        assert order["status"] == "awaiting_payment", order
        await _pay(browser, sandbox, order["payment"]["cashier_url"])
        async with asyncio.timeout(PAID_WITHIN_SECONDS):
            while (await _call(browser, "GET", f"{orders}/{order['order_id']}"))["status"] != "paid":
                await asyncio.sleep(0.3)


async def _first_video(browser: aiohttp.ClientSession) -> str:
    return str((await _call(browser, "GET", "/api/kuaiying/feed"))["items"][0]["video_id"])


async def _pay(browser: aiohttp.ClientSession, sandbox: str, cashier_url: str) -> None:
    """The link opens here, outside the containers, and its buyer pays."""
    assert cashier_url.startswith(sandbox), cashier_url
    async with browser.get(cashier_url) as page:
        assert page.status == 200, await page.text()
    async with browser.post(f"{sandbox}/sandbox/pay", json={"cashier_url": cashier_url}) as answer:
        assert answer.status < 300, await answer.text()


async def _call(
    browser: aiohttp.ClientSession, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> Any:  # fmt: skip
    async with browser.request(method, path, json=body, headers=headers) as answer:
        assert answer.status < 300, f"{method} {path} answered {answer.status}: {await answer.text()}"
        return await answer.json()
