"""One whole platform for all end-to-end tests; each test is its own viewer."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from support.access import token_of
from support.eventually import Eventually
from support.platform import OnePlatform, Platform

ADDRESS = {"recipient": "Mei Lin", "phone": "13900001111", "region": "Hubei", "street": "East Lake 8"}


@pytest.fixture(scope="module")
def platform(one_platform: OnePlatform) -> Platform:
    return one_platform.called("demo")


@dataclass
class HostApp:
    """A host app that uses public calls only, with one viewer."""

    session: aiohttp.ClientSession
    demo: dict[str, Any]
    host: dict[str, Any]
    eventually: Eventually
    viewer: str = field(default_factory=lambda: f"viewer{secrets.token_hex(5)}")
    token: str = ""
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        sent = {
            "Authorization": f"Bearer {token or self.token}", "Anchorage-Viewer": self.viewer,
            "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-01", **(headers or {}),
        }  # fmt: skip
        async with self.session.request(
            method, self.demo["gateway"] + path, json=body, headers=sent
        ) as answer:
            content = await answer.json() if "json" in answer.content_type else await answer.read()
            return answer.status, content

    async def get(self, path: str, **more: Any) -> Any:
        status, content = await self.call("GET", path, **more)
        assert status == 200, content
        return content

    async def post(self, path: str, body: Any = None, *, expect: int = 201, **more: Any) -> Any:
        status, content = await self.call("POST", path, body, **more)
        assert status == expect, content
        return content

    async def log_in(self, client: dict[str, Any] | None = None) -> str:
        return await token_of(client or self.host, self.demo["gateway"], self.session)

    async def enter(self, mini_program_id: str, **entry: Any) -> str:
        body = {
            "mini_program_id": mini_program_id, "host_user_id": self.viewer, "entry": {"surface": "direct"} | entry,
        }  # fmt: skip
        return str((await self.post("/v1/sessions", body))["session_token"])

    async def product_on_sale(
        self, mini_program_id: str, at_least: int = 5
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A product and a SKU of it with stock."""
        store = await self.get(f"/v1/mini-programs/{mini_program_id}/store?limit=100")
        for card in store["products"]["items"]:
            product = await self.get(f"/v1/mini-programs/{mini_program_id}/products/{card['product_id']}")
            for sku in product["skus"]:
                if sku["available"] >= at_least:
                    return product, sku
        raise AssertionError("nothing is on sale")

    async def place(
        self, mini_program_id: str, token: str, sku: dict[str, Any], **changes: Any
    ) -> dict[str, Any]:
        body = {"lines": [{"sku_id": sku["sku_id"], "quantity": 1}], "address": ADDRESS} | changes
        path = f"/v1/mini-programs/{mini_program_id}/orders?wait=10"
        order: dict[str, Any] = await self.post(
            path, body, token=token, headers={"Idempotency-Key": secrets.token_hex(8)}
        )
        return order

    async def pay(self, order: dict[str, Any]) -> None:
        link = {"cashier_url": order["payment"]["cashier_url"]}
        async with self.session.post(self.demo["alipay_sandbox"] + "/sandbox/pay", json=link) as answer:
            assert answer.status < 300, await answer.text()

    async def until(
        self, order: dict[str, Any], token: str, status: str, within: float = 20
    ) -> dict[str, Any]:
        async def there() -> dict[str, Any]:
            now: dict[str, Any] = await self.get(
                f"/v1/mini-programs/{order['mini_program_id']}/orders/{order['order_id']}", token=token
            )
            assert now["status"] == status, now["status"]
            return now

        found: dict[str, Any] = await self.eventually(
            there, within=within, what=f"order {order['order_id']} to be {status}"
        )
        return found

    def shop(self, kind: str) -> str:
        owner = next(o for o in self.demo["owners"] if o["kind"] == kind)
        return str(owner["mini_program_ids"][0])


@pytest_asyncio.fixture
async def host_app(platform: Platform, eventually: Eventually) -> AsyncIterator[HostApp]:
    async with aiohttp.ClientSession() as session:
        app = HostApp(session, platform.demo, platform.demo["hosts"][0], eventually)
        app.token = await app.log_in()
        yield app


@pytest_asyncio.fixture
async def other_host(platform: Platform, eventually: Eventually) -> AsyncIterator[HostApp]:
    async with aiohttp.ClientSession() as session:
        app = HostApp(session, platform.demo, platform.demo["hosts"][1], eventually)
        app.token = await app.log_in()
        yield app
