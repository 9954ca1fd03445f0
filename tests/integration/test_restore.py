"""The drill: a backup while orders are paid, the databases are lost, and everything is right again after a restore.

`make drill-restore ORDERS=100000` repeats it with more orders and prints the times.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Iterable
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from pymongo import AsyncMongoClient

from anchorage_cli.audit import audit
from anchorage_cli.backup.take import DATABASES
from anchorage_cli.installation import Installation
from support.chaos_buyers import Market
from support.command import anchorage
from support.eventually import Eventually
from support.platform import OnePlatform, running_platform

ORDERS = int(os.environ.get("ANCHORAGE_RESTORE_ORDERS", "200"))
IN_FLIGHT = min(40, ORDERS // 2)
"""Orders that are placed before the backup, and paid while it is taken and after."""
AT_ONCE = 12
SECONDS = 300 + ORDERS / 10


@pytest.mark.timeout(SECONDS)
async def test_lost_databases_come_back_with_every_order(
    tmp_path: Path,
    eventually: Eventually,
    kafka_bootstrap: str,
    mongodb_uri: str,
    prefix: str,
    one_platform: OnePlatform,
) -> None:
    one_platform.end()  # two at once need more than two cores
    where = Installation(kafka_bootstrap, mongodb_uri, prefix, tmp_path / "traces")
    at = {"kafka": kafka_bootstrap, "mongodb_uri": mongodb_uri, "prefix": prefix}
    with running_platform(tmp_path, prefix, kafka=kafka_bootstrap, mongodb=mongodb_uri) as platform:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
            market = Market(platform.demo, session)
            skus = await market.skus(4, stock=ORDERS)
            tokens = [await market.session_token() for _ in range(8)]
            await _at_most(
                market.buy(skus[n % 4], tokens[n % 8], cancel=False) for n in range(ORDERS - IN_FLIGHT)
            )
            waiting = [
                (await market.place(skus[n % 4], tokens[n % 8]), tokens[n % 8]) for n in range(IN_FLIGHT)
            ]
            paying = asyncio.create_task(_at_most(market.pay(url, token) for url, token in waiting))
            taken = await anchorage(tmp_path, "backup", str(tmp_path / "backup"), "--json", within=SECONDS)
            assert taken.code == 0, taken
            await paying
            assert market.faults == []

    client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(mongodb_uri)
    for name in DATABASES:
        await client.drop_database(prefix + name)
    await client.close()
    began = time.monotonic()
    restored = await anchorage(tmp_path, "restore", str(tmp_path / "backup"), "--json", within=SECONDS, **at)
    assert restored.code == 0, restored
    assert restored.objects[-1]["streams"] == "kept"

    with running_platform(tmp_path, prefix, kafka=kafka_bootstrap, mongodb=mongodb_uri) as platform:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
            market = Market(platform.demo, session, dict(market.acknowledged))
            await eventually(lambda: _none_open(market), within=120, what="every order to end")

        async def sound() -> bool:
            report = await audit(where, market.acknowledged, timedelta(0))
            assert report.violations == []
            return True

        await eventually(sound, within=120, what="the invariants to hold")
        print(
            f"{ORDERS} orders: backup {taken.objects[-1]}, restore {restored.objects[-1]}, "
            f"sound {time.monotonic() - began:.1f} s after the restore began"
        )


async def _at_most(work: Iterable[Awaitable[None]]) -> None:
    """All of it, a few at once."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(task: Awaitable[None]) -> None:
        async with places:
            await task

    await asyncio.gather(*(one(task) for task in work))


async def _none_open(market: Market) -> bool:
    still = await market.open_orders()
    assert still == [], still
    return True
