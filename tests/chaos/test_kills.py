"""kill -9 of any service, of Kafka and of MongoDB at random moments, while orders are placed, paid and cancelled.

`make test-chaos` takes 300 orders; the number is ANCHORAGE_CHAOS_ORDERS, the seed of the moments ANCHORAGE_CHAOS_SEED.
"""

from __future__ import annotations

import asyncio
import os
import random
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from anchorage_cli.audit import audit
from anchorage_cli.installation import Installation
from support.chaos_buyers import Market
from support.eventually import Eventually
from support.killing import kill_in_turn
from support.platform import Platform, running_platform

ORDERS = int(os.environ.get("ANCHORAGE_CHAOS_ORDERS", "40"))
SEED = int(os.environ.get("ANCHORAGE_CHAOS_SEED", str(random.randrange(10**6))))
AT_ONCE = 12
VICTIMS = (
    "gateway", "identity", "catalog", "search", "checkout", "payment", "sharecode", "webhooks", "feeds", "alipay_sandbox", "kafka", "mongodb",
)  # fmt: skip
TIME_TO_PAY = 60
"""Seconds: cancelled links must run out within the test."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


async def test_no_acknowledged_order_is_lost_and_the_invariants_hold_whatever_is_killed(
    tmp_path: Path, eventually: Eventually, programs: Path
) -> None:
    print(f"seed {SEED}, {ORDERS} orders")
    chance = random.Random(SEED)
    settings = {"cache": str(programs), "payment_timeout_seconds": str(TIME_TO_PAY)}
    with running_platform(tmp_path, "", **settings) as platform:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(15)) as session:
            market = Market(platform.demo, session)
            killed = await _buy_while_killing(market, platform, chance)
            assert killed, "nothing was killed while orders were under way"
            await eventually(lambda: _all_ended(market), within=240, what="every acknowledged order to end")
        assert market.faults == []
        where = Installation(platform.demo["kafka"], platform.demo["mongodb"], "", tmp_path / "traces")

        async def sound() -> bool:
            report = await audit(where, market.acknowledged, timedelta(seconds=0))
            assert report.violations == []
            return True

        await eventually(sound, within=60, what=f"the invariants after killing {killed}")


async def _buy_while_killing(market: Market, platform: Platform, chance: random.Random) -> list[str]:
    skus = await market.skus(6, stock=ORDERS)
    tokens = [await market.session_token() for _ in range(8)]
    places = asyncio.Semaphore(AT_ONCE)

    async def buy(n: int) -> None:
        async with places:
            await market.buy(skus[n % len(skus)], tokens[n % len(tokens)], cancel=n % 5 == 4)

    killed: list[str] = []
    killing = asyncio.create_task(kill_in_turn(platform, VICTIMS, chance, killed))
    await asyncio.gather(*(buy(n) for n in range(ORDERS)))
    killing.cancel()
    return killed


async def _all_ended(market: Market) -> bool:
    still = await market.open_orders()
    assert still == [], still
    return True
