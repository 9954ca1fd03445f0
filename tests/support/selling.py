"""A third-party platform of the demo, seen from all sides: by its staff, its own client, buyers in both hosts, and its database."""

from __future__ import annotations

import os
import secrets
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from support.callers import Caller, cny
from support.eventually import Eventually
from support.platform import Platform

ADDRESS = {"recipient": "Lin", "phone": "13800001234", "region": "Zhejiang", "street": "Lake 1"}
SHOP, SKU = "mphuaiyucrafts", "hy_ash_cup_1"
WITHIN = 60
"""Seconds."""


@dataclass
class Seller:
    """The platform Huaiyu, and the hosts in which it sells."""

    platform: Platform
    http: aiohttp.ClientSession
    hosts: list[Caller]
    owner: Caller
    eventually: Eventually

    @property
    def joined(self) -> dict[str, Any]:
        return next(one for one in self.platform.demo["platforms"] if one["slug"] == "huaiyu")

    @property
    def database(self) -> Path:
        return self.platform.folder / "platforms" / "huaiyu.sqlite"

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        return rows_of(self.database, query, *values)

    async def buyer(self, host: Caller, shop: str = SHOP) -> Caller:
        entry = {
            "mini_program_id": shop, "host_user_id": f"u{secrets.token_hex(5)}", "entry": {"surface": "direct"},
        }  # fmt: skip
        return host.with_token((await host.must("POST", "/v1/sessions", entry))["session_token"])

    async def paid_order(self, host: Caller, sku_id: str = SKU) -> tuple[Caller, str]:
        """A buyer, and the path of the order that the buyer has paid."""
        buyer = await self.buyer(host)
        body = {"lines": [{"sku_id": sku_id, "quantity": 1}], "address": ADDRESS}
        order = await buyer.soon(
            "POST", f"/v1/mini-programs/{SHOP}/orders?wait=10", body, Idempotency_Key=secrets.token_hex(8)
        )
        link = {"cashier_url": order["payment"]["cashier_url"]}
        async with self.http.post(self.platform.demo["alipay_sandbox"] + "/sandbox/pay", json=link) as answer:
            assert answer.status < 300, await answer.text()
        return buyer, f"/v1/mini-programs/{SHOP}/orders/{order['order_id']}"

    async def order_is(self, buyer: Caller, order: str, **expected: Any) -> dict[str, Any]:
        async def is_so() -> dict[str, Any]:
            now = dict(await buyer.must("GET", order))
            assert {name: now[name] for name in expected} == expected, now
            return now

        found: dict[str, Any] = await self.eventually(is_so, within=WITHIN, what=f"{order}: {expected}")
        return found

    async def ask_refund(self, buyer: Caller, order: str, fen: int) -> str:
        answer = await buyer.must(
            "POST", f"{order}/refunds", {"amount": cny(fen), "reason": "a scratch"}, Idempotency_Key=secrets.token_hex(8)
        )  # fmt: skip
        return str(answer["refunds"][-1]["refund_id"])

    async def refund_is(self, buyer: Caller, order: str, refund_id: str, status: str) -> None:
        async def is_so() -> bool:
            refunds = (await buyer.must("GET", order))["refunds"]
            assert [r["status"] for r in refunds if r["refund_id"] == refund_id] == [status], refunds
            return True

        await self.eventually(is_so, within=WITHIN, what=f"refund {refund_id} to be {status}")

    async def page(self) -> str:
        async with self.http.get(self.joined["url"]) as answer:
            assert answer.status == 200
            return await answer.text()

    def environment(self) -> dict[str, str]:
        """What its own process knows."""
        joined = self.joined
        return {name: value for name, value in os.environ.items() if not name.startswith("ANCHORAGE_")} | {
            "PLATFORM_CATALOGUE": "huaiyu", "PLATFORM_GATEWAY": self.platform.demo["gateway"],
            "PLATFORM_CLIENT_ID": joined["client_id"], "PLATFORM_CLIENT_SECRET": joined["client_secret"],
            "PLATFORM_DATABASE": str(self.database), "PLATFORM_WEBHOOK_URL": f"{joined['url']}/webhooks",
        }  # fmt: skip

    def command(self, *words: str) -> str:
        """What a command prints that is typed next to the process that serves."""
        done = subprocess.run(
            [sys.executable, "-m", "platform_demo", *words],
            env=self.environment(), capture_output=True, encoding="utf-8", timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def rows_of(database: Path, query: str, *values: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()
