"""Buyers who do not give up: each call is repeated, with the same key, until it is answered."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ADDRESS = {"recipient": "Kai", "phone": "13700000000", "region": "Sichuan", "street": "Lane 5"}
PATIENCE_SECONDS = 120
ENDED = ("paid", "cancelled", "rejected")


class GaveUp(Exception):
    """A call was not answered in time, or refused for good."""


@dataclass
class Market:
    """One mini program with stock, and what its buyers were told."""

    demo: dict[str, Any]
    session: aiohttp.ClientSession
    acknowledged: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def mini_program_id(self) -> str:
        return str(self.demo["owners"][0]["mini_program_ids"][0])

    async def call(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        token: str = "",
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Repeat until there is an answer below 500; raises GaveUp."""
        sent = ({"Authorization": f"Bearer {token}"} if token else {}) | (headers or {})
        last = ""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        async with self.session.request(method, url, json=body, headers=sent) as answer:
                            content = await answer.json()
                            if answer.status < 400:
                                return content
                            last = f"{answer.status} {content}"
                            if answer.status < 500 and answer.status not in (404, 409, 429):
                                raise GaveUp(f"{method} {url}: {last}")
                    except (aiohttp.ClientError, TimeoutError, ValueError) as away:
                        last = repr(away)
                    await asyncio.sleep(0.3)
        except TimeoutError:
            raise GaveUp(f"{method} {url}: no answer, last {last}") from None

    async def token(self, client: dict[str, Any]) -> str:
        body = {"grant_type": "client_credentials"} | {k: client[k] for k in ("client_id", "client_secret")}
        return str((await self.call("POST", self.demo["gateway"] + "/v1/token", body))["access_token"])

    async def skus(self, count: int, stock: int) -> list[str]:
        """SKUs with this much stock."""
        host, owner = [await self.token(self.demo[kind][0]) for kind in ("hosts", "owners")]
        base = f"{self.demo['gateway']}/v1/mini-programs/{self.mini_program_id}"
        found = []
        for card in (await self.call("GET", f"{base}/store?limit={count}", token=host))["products"]["items"]:
            product = await self.call("GET", f"{base}/products/{card['product_id']}", token=host)
            sku = product["skus"][0]["sku_id"]
            await self.call(
                "PUT", f"{self.demo['gateway']}/v1/owner/skus/{sku}/stock", {"available": stock}, token=owner
            )
            found.append(sku)
        return found

    async def session_token(self) -> str:
        host = await self.token(self.demo["hosts"][0])
        body = {
            "mini_program_id": self.mini_program_id, "host_user_id": secrets.token_hex(6), "entry": {"surface": "direct"},
        }  # fmt: skip
        session = await self.call("POST", self.demo["gateway"] + "/v1/sessions", body, token=host)
        return str(session["session_token"])

    async def buy(self, sku: str, token: str, *, cancel: bool) -> None:
        """Place, then pay or cancel; what was acknowledged is remembered with what the buyer did."""
        orders = f"{self.demo['gateway']}/v1/mini-programs/{self.mini_program_id}/orders"
        body = {"lines": [{"sku_id": sku, "quantity": 1}], "address": ADDRESS}
        try:
            order = await self.call(
                "POST", orders, body, token=token, headers={"Idempotency-Key": secrets.token_hex(8)}
            )
            self.acknowledged[order["order_id"]] = token
            if cancel:
                await self._cancel(f"{orders}/{order['order_id']}", token)
            else:
                await self._pay(f"{orders}/{order['order_id']}", token)
        except GaveUp as fault:
            self.faults.append(str(fault))

    async def _cancel(self, url: str, token: str) -> None:
        await self.call("POST", f"{url}/cancellation", token=token)

    async def _pay(self, url: str, token: str) -> None:
        for _ in range(5 * PATIENCE_SECONDS):
            order = await self.call("GET", url, token=token)
            if order["payment"] is not None or order["status"] in ENDED:
                break
            await asyncio.sleep(0.2)
        else:
            raise GaveUp(f"{url}: no link in {PATIENCE_SECONDS} s")
        if order["status"] in ENDED:
            return
        link = {"cashier_url": order["payment"]["cashier_url"]}
        await self.call("POST", self.demo["alipay_sandbox"] + "/sandbox/pay", link)

    async def open_orders(self) -> list[str]:
        """Acknowledged orders that have not ended."""
        still = []
        for order_id, token in self.acknowledged.items():
            url = f"{self.demo['gateway']}/v1/mini-programs/{self.mini_program_id}/orders/{order_id}"
            status = (await self.call("GET", url, token=token))["status"]
            if status not in ENDED:
                still.append(f"{order_id} {status}")
        return still
