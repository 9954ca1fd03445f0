"""MongoDB or Kafka away under load: nothing goes to the dead letters for it, and all is done soon after its return.

The outage takes ANCHORAGE_OUTAGE_SECONDS (60 in `make test-chaos`).
"""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from contracts.topics import TOPICS
from support.chaos_buyers import Market
from support.events import records_of
from support.eventually import Eventually
from support.killing import pid_of
from support.platform import Platform, running_platform

OUTAGE_SECONDS = float(os.environ.get("ANCHORAGE_OUTAGE_SECONDS", "12"))
DONE_WITHIN_SECONDS = 30
ORDERS = 40

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@pytest.mark.parametrize("away", ["mongodb", "kafka"])
async def test_an_outage_puts_nothing_among_the_dead_letters_and_all_is_done_after_it(
    away: str, tmp_path: Path, eventually: Eventually, programs: Path
) -> None:
    with running_platform(tmp_path, "", cache=str(programs)) as platform:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(15)) as session:
            market = Market(platform.demo, session)
            skus = await market.skus(4, stock=10 * ORDERS)
            token = await market.session_token()
            buying = [
                asyncio.create_task(_buy_later(market, skus[n % 4], token, n / 10)) for n in range(ORDERS)
            ]
            await asyncio.sleep(1)
            await _frozen(platform, away, OUTAGE_SECONDS)
            await eventually(
                lambda: _all_done(market, buying),
                within=DONE_WITHIN_SECONDS,
                what="every order after the outage",
            )
        assert market.faults == []
        assert len(market.acknowledged) == ORDERS
        letters = {t.name: len(await records_of(platform.demo["kafka"], f"{t.name}.dlq")) for t in TOPICS}
        assert not any(letters.values()), letters


async def _buy_later(market: Market, sku: str, token: str, delay: float) -> None:
    await asyncio.sleep(delay)
    await market.buy(sku, token, cancel=False)


async def _frozen(platform: Platform, name: str, seconds: float) -> None:
    """Stopped, not killed: the supervisor leaves it alone, and callers find neither answer nor refusal."""
    pid = pid_of(platform, name)
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        os.kill(pid, signal.SIGCONT)


async def _all_done(market: Market, buying: list[asyncio.Task[None]]) -> bool:
    assert all(task.done() for task in buying), "some buyers still wait"
    still = await market.open_orders()
    assert still == [], still
    return True
