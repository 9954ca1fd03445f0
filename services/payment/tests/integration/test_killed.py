"""Payment is killed repeatedly while money moves; afterwards every fen is where it should be."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from payment_support.till import ORDER_SECRET, reserved
from pymongo import AsyncMongoClient

from alipay_sandbox.app import Server
from contracts.checkout import Attribution, OrderLine, OrderPlaced, RefundApproved
from contracts.money import cny
from contracts.terms import CommissionTerms
from contracts.tokens.order_seals import sealed
from contracts.topics import MINI_PROGRAMS, ORDERS, PAYMENTS, SETTLEMENTS, STOCK
from payment.domain.days import day_of
from runtime.clock import system_clock
from runtime.kafka.topics import ensure_topics
from support.events import records_of as records
from support.events import tell, types_of
from support.eventually import eventually
from support.issuer import Issuer

SHOP = "killedshop"
ORDER_COUNT = 40


@dataclass
class KillablePayment:
    """Payment as a process that can be killed and started again at the same address."""

    environment: dict[str, str]
    url: str
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "payment", env=os.environ | self.environment
        )

    async def ready(self, http: aiohttp.ClientSession) -> None:
        """Wait until the process started last answers calls."""

        async def is_ready() -> bool:
            try:
                async with http.get(f"{self.url}/readyz") as answer:
                    return answer.status == 200
            except aiohttp.ClientConnectorError:
                return False

        await eventually(is_ready, 60, "payment is ready")

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()


@pytest.fixture
async def payment(
    kafka_bootstrap: str, mongodb_uri: str, prefix: str, sandbox: Server, merchants: Path, port: int
) -> AsyncIterator[tuple[KillablePayment, Issuer]]:
    await ensure_topics(kafka_bootstrap, prefix, (ORDERS, PAYMENTS, SETTLEMENTS, MINI_PROGRAMS, STOCK))
    async with Issuer().serving() as issuer:
        environment = {
            "ANCHORAGE_KAFKA": kafka_bootstrap,
            "ANCHORAGE_MONGODB_URI": mongodb_uri,
            "ANCHORAGE_PREFIX": prefix,
            "ANCHORAGE_PORT": str(port),
            "ANCHORAGE_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "ANCHORAGE_IDENTITY_URL": issuer.url,
            "ANCHORAGE_ALIPAY_MERCHANTS": str(merchants),
            "ANCHORAGE_ORDER_SECRET": ORDER_SECRET,
            "ANCHORAGE_PAYMENT_FIRST_LOOK": "PT3S",
            "ANCHORAGE_LOG_LEVEL": "ERROR",
        }
        killable = KillablePayment(environment, f"http://127.0.0.1:{port}")
        await killable.start()
        yield killable, issuer
        assert killable.process is not None
        killable.process.send_signal(signal.SIGTERM)
        assert await killable.process.wait() == 0


@pytest.mark.timeout(540)
async def test_killed_while_money_moves_nothing_is_lost_and_nothing_happens_twice(
    payment: tuple[KillablePayment, Issuer],
    kafka_bootstrap: str,
    mongodb_uri: str,
    prefix: str,
    sandbox: Server,
) -> None:
    killable, issuer = payment
    orders = [_order() for _ in range(ORDER_COUNT)]
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri) as client, aiohttp.ClientSession() as http:
        db = client[f"{prefix}payment"]

        async def count(collection: str, **query: Any) -> int:
            return await db[collection].count_documents(query)

        async def killed(times: int) -> None:
            for _ in range(times):
                await asyncio.sleep(0.3 + secrets.randbelow(1500) / 1000)
                await killable.kill()
                await killable.start()

        await asyncio.gather(tell(kafka_bootstrap, prefix, *map(reserved, orders)), killed(2))
        await eventually(lambda: _is(count("trades"), ORDER_COUNT), 120, "every trade is open")
        links = {trade["_id"]: _link(trade) for trade in await db["trades"].find().to_list()}

        async def pay(order: OrderPlaced) -> None:
            async with http.post(
                f"{sandbox.url}/sandbox/pay", json={"cashier_url": links[order.order_id]}
            ) as answer:
                assert answer.status == 200, await answer.text()

        await asyncio.gather(*(pay(order) for order in orders), killed(2))
        await eventually(
            lambda: _is(count("trades", state="settled"), ORDER_COUNT), 180, "every trade is settled"
        )
        refunds = [_refund(order) for order in orders[::2]]
        await asyncio.gather(tell(kafka_bootstrap, prefix, *refunds), killed(2))
        movements = ORDER_COUNT + len(refunds)
        await eventually(lambda: _is(count("ledger"), movements), 180, "every movement is posted")

        postings = await db["ledger"].find().to_list()
        assert all(sum(leg["amount"] for leg in posting["legs"]) == 0 for posting in postings)
        published = types_of(await records(kafka_bootstrap, f"{prefix}{SETTLEMENTS.name}"))
        assert published.count("CommissionAccrued") >= ORDER_COUNT
        await killable.ready(http)
        path = f"{killable.url}/v1/ops/reconciliations/{day_of(system_clock())}"
        async with http.post(path, headers=issuer.headers("ops")) as answer:
            report = await answer.json()
        assert report["clean"], report
        assert report["items"][0]["compared"] == movements
        assert report["items"][0]["bill_total"] == ORDER_COUNT * 9999 - len(refunds) * 3333


async def _is(counting: Any, expected: int) -> bool:
    return bool(await counting == expected)


def _link(trade: dict[str, Any]) -> str:
    [entry] = trade["outbox"].values()
    return str(json.loads(entry["value"])["cashier_url"])


def _order() -> OrderPlaced:
    line = OrderLine(
        sku_id="s", product_id="p", title="Tea", unit_price=cny(9999), quantity=1, line_total=cny(9999), product_version=1,
        terms=CommissionTerms(platform_bp=333, creator_bp=777, terms_version=1),
    )  # fmt: skip
    now = system_clock()
    order = OrderPlaced(
        version=1, order_id=f"{SHOP}_{secrets.token_hex(13)}", mini_program_id=SHOP, at=now, host_id="h", openid="o",
        lines=(line,), total=cny(9999), attribution=Attribution(surface="direct", creator_id="c-1"), merchant="default",
        region="浙江", payment_product="wap", subject="Tea", expires_at=now.replace(year=now.year + 1),
    )  # fmt: skip
    return sealed(order, ORDER_SECRET)


def _refund(order: OrderPlaced) -> RefundApproved:
    return RefundApproved(
        version=5, order_id=order.order_id, mini_program_id=SHOP, at=system_clock(), refund_id="r1", amount=cny(3333)
    )  # fmt: skip
