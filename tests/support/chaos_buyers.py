"""Buyers who do not give up: each call is repeated, with the same key, until it is answered."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from support.access import grant

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
        or_codes: Collection[str] = (),
    ) -> Any:
        """Repeat until the call succeeds, or is refused with one of `or_codes`; raises GaveUp."""
        sent = ({"Authorization": f"Bearer {token}"} if token else {}) | (headers or {})
        last = ""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    try:
                        async with self.session.request(method, url, json=body, headers=sent) as answer:
                            content = await answer.json()
                            if answer.status < 400 or content.get("code") in or_codes:
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
        return str(
            (await self.call("POST", self.demo["gateway"] + "/v1/token", grant(client)))["access_token"]
        )

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
        try:
            url = await self.place(sku, token)
            if cancel:
                await self.cancel(url, token)
            else:
                await self.pay(url, token)
        except GaveUp as fault:
            self.faults.append(str(fault))

    async def place(self, sku: str, token: str) -> str:
        """Place an order and remember that it was acknowledged; its address."""
        orders = f"{self.demo['gateway']}/v1/mini-programs/{self.mini_program_id}/orders"
        body = {"lines": [{"sku_id": sku, "quantity": 1}], "address": ADDRESS}
        order = await self.call(
            "POST", orders, body, token=token, headers={"Idempotency-Key": secrets.token_hex(8)}
        )
        self.acknowledged[order["order_id"]] = token
        return f"{orders}/{order['order_id']}"

    async def cancel(self, url: str, token: str) -> None:
        """The buyer does not want it any more."""
        await self.call("POST", f"{url}/cancellation", token=token)

    async def cashier_url(self, url: str, token: str) -> str:
        """Where the order is paid, once that is known; empty when it has ended before."""
        for _ in range(5 * PATIENCE_SECONDS):
            order = await self.call("GET", url, token=token)
            if order["payment"] is not None and order["payment"].get("cashier_url"):
                return str(order["payment"]["cashier_url"])
            if order["status"] in ENDED:
                return ""
            await asyncio.sleep(0.2)
        raise GaveUp(f"{url}: no link in {PATIENCE_SECONDS} s")

    async def pay(self, url: str, token: str) -> None:
        """Pay at the sandbox; an earlier try of which nothing was heard may have been the one."""
        if link := await self.cashier_url(url, token):
            await self.pay_link(link)

    async def pay_link(self, link: str, *, or_codes: Collection[str] = ()) -> Any:
        """Pay it; also taken for an answer: that it is paid already, and refusals with one of `or_codes`."""
        return await self.call(
            "POST", self.demo["alipay_sandbox"] + "/sandbox/pay", {"cashier_url": link},
            or_codes={"ACQ.TRADE_HAS_SUCCESS", *or_codes},
        )  # fmt: skip

    async def open_orders(self) -> list[str]:
        """Acknowledged orders that have not ended."""
        still = []
        for order_id, token in self.acknowledged.items():
            url = f"{self.demo['gateway']}/v1/mini-programs/{self.mini_program_id}/orders/{order_id}"
            status = (await self.call("GET", url, token=token))["status"]
            if status not in ENDED:
                still.append(f"{order_id} {status}")
        return still
