"""A buyer may change their mind at any moment between placing and paying: stock, order and money agree in the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
import pytest

from anchorage_cli.audit import audit
from anchorage_cli.installation import Installation
from support.chaos_buyers import Market
from support.eventually import Eventually
from support.platform import OnePlatform, Platform

TIMES = 8
"""Buyers for each moment, a few milliseconds apart from it."""
AT_ONCE = 6
TIME_TO_PAY = 20
"""Seconds: a link that nobody used must run out within the test."""


@pytest.fixture
def platform(one_platform: OnePlatform) -> Platform:
    return one_platform.called("cancelling", payment_timeout_seconds=str(TIME_TO_PAY))


@pytest.mark.timeout(300)
async def test_cancelling_at_every_moment_leaves_stock_order_and_money_agreeing(
    platform: Platform, eventually: Eventually, kafka_bootstrap: str, mongodb_uri: str
) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
        market = Market(platform.demo, session)
        skus = await market.skus(3, stock=100)
        token = await market.session_token()
        places = asyncio.Semaphore(AT_ONCE)

        async def buyer(change_of_mind: ChangeOfMind, n: int) -> None:
            async with places:
                url = await market.place(skus[n % 3], token)
                await change_of_mind(Purchase(market, url, token, later=n * 0.004))

        await asyncio.gather(*(buyer(moment, n) for n in range(TIMES) for moment in MOMENTS))
        await eventually(lambda: _none_open(market), within=TIME_TO_PAY + 60, what="every order to end")
        ends = Counter(
            [await _agrees_with_alipay(market, order_id, token) for order_id in market.acknowledged]
        )
    assert set(ends) == {"cancelled", "paid"}, ends
    where = Installation(kafka_bootstrap, mongodb_uri, platform.prefix, platform.folder / "traces")

    async def sound() -> bool:
        assert (await audit(where, market.acknowledged, timedelta(0))).violations == []
        return True

    await eventually(sound, within=30, what="the invariants to hold")


@dataclass(frozen=True)
class Purchase:
    """An order that was placed, by a buyer who is `later` seconds late with everything."""

    market: Market
    url: str
    token: str
    later: float

    async def cancel(self) -> None:
        await asyncio.sleep(self.later)
        await self.market.call("POST", f"{self.url}/cancellation", token=self.token, or_codes={"wrong_state"})

    async def pay(self) -> None:
        if link := await self.market.cashier_url(self.url, self.token):
            await self.market.pay_link(link, or_codes={"ACQ.TRADE_HAS_CLOSE"})

    async def has_left(self, status: str) -> None:
        """Return once the order is no longer in this status."""
        while (await self.market.call("GET", self.url, token=self.token))["status"] == status:
            await asyncio.sleep(0)


ChangeOfMind = Callable[[Purchase], Awaitable[object]]


async def at_once(purchase: Purchase) -> None:
    await purchase.cancel()


async def when_stock_is_held(purchase: Purchase) -> None:
    await purchase.has_left("placed")
    await purchase.cancel()


async def when_the_link_is_there(purchase: Purchase) -> None:
    await purchase.market.cashier_url(purchase.url, purchase.token)
    await purchase.cancel()


async def while_the_cashier_is_open(purchase: Purchase) -> None:
    await purchase.market.cashier_url(purchase.url, purchase.token)
    await asyncio.gather(purchase.pay(), purchase.cancel())


async def before_the_notice_has_come(purchase: Purchase) -> None:
    await purchase.pay()
    await purchase.cancel()


MOMENTS: tuple[ChangeOfMind, ...] = (
    at_once, when_stock_is_held, when_the_link_is_there, while_the_cashier_is_open, before_the_notice_has_come,
)  # fmt: skip


async def _none_open(market: Market) -> bool:
    still = await market.open_orders()
    assert still == [], still
    return True


async def _agrees_with_alipay(market: Market, order_id: str, token: str) -> str:
    """The order's end, which must be what Alipay's trade says."""
    orders = f"{market.demo['gateway']}/v1/mini-programs/{market.mini_program_id}/orders"
    status = (await market.call("GET", f"{orders}/{order_id}", token=token))["status"]
    trade = await market.call(
        "GET",
        f"{market.demo['alipay_sandbox']}/sandbox/trades/{order_id}",
        or_codes={"ACQ.TRADE_NOT_EXIST"},
    )
    kept = trade.get("trade_status") == "TRADE_SUCCESS"
    assert kept == (status == "paid"), f"{order_id} is {status}, at Alipay {trade}"
    return str(status)
