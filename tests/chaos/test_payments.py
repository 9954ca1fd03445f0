"""kill -9 of payment, the sandbox, Kafka and MongoDB while money comes and goes back in every way there is.

Buyers pay; pay and get all back, or two parts of it, with the owner's approval; or pay after they have cancelled, which
payment sends back by itself. Half of that late money comes without any notice. Afterwards the invariants hold, every fen
is where it should be, and `anchorage reconcile` finds the day clean.

`make test-chaos` takes more buyers: ANCHORAGE_CHAOS_PAYMENTS; the seed of the moments is ANCHORAGE_CHAOS_SEED.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import secrets
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from anchorage_cli.audit import audit
from anchorage_cli.installation import Installation
from support.chaos_buyers import GaveUp, Market
from support.eventually import Eventually
from support.killing import kill_in_turn
from support.platform import Platform, running_platform

BUYERS = int(os.environ.get("ANCHORAGE_CHAOS_PAYMENTS", "16"))
SEED = int(os.environ.get("ANCHORAGE_CHAOS_SEED", str(random.randrange(10**6))))
AT_ONCE = 8
VICTIMS = ("payment", "alipay_sandbox", "kafka", "mongodb")
WAYS = ("paid", "refunded", "late", "in parts")
SETTINGS = {
    "payment_timeout_seconds": "120",
    "payment_margin": "-PT110S",  # payment's clock, so to speak, is ahead of Alipay's: dead links can be paid
    "payment_first_look": "PT3S",
}
ALL_NOTICES = 8
BEIJING = timedelta(hours=8)

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


@dataclass
class Bought:
    """One buyer's order: its address, how it went, and how often money has moved for it at Alipay."""

    url: str
    token: str
    way: str
    movements: int = 1

    @property
    def order_id(self) -> str:
        return self.url.rpartition("/")[2]


async def test_every_fen_is_where_it_should_be_whatever_is_killed_while_money_moves(
    tmp_path: Path, eventually: Eventually, programs: Path
) -> None:
    print(f"seed {SEED}, {BUYERS} buyers")
    with running_platform(tmp_path, "", cache=str(programs), **SETTINGS) as platform:
        first_day = _today()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(15)) as session:
            shop = Shop(Market(platform.demo, session))
            killed = await _buy_while_killing(shop, platform)
            print(f"killed {killed}; {Counter(bought.way for bought in shop.bought)}")
            assert shop.market.faults == []
            assert {bought.way for bought in shop.bought} == set(WAYS)
            await eventually(lambda: _as_wanted(shop), within=120, what=f"all money at rest after {killed}")
        await eventually(lambda: _sound(platform, shop), within=120, what="the invariants")
        compared = [await _reconciled(platform, day) for day in sorted({first_day, _today()})]
        assert sum(compared) == sum(bought.movements for bought in shop.bought)


async def _buy_while_killing(shop: Shop, platform: Platform) -> list[str]:
    """So many buyers, and more until every victim has been killed; victims, as long as there are buyers."""
    chance, killed, numbers = random.Random(SEED), list[str](), count()
    await shop.open(platform)

    async def kill_again_and_again() -> None:
        while True:
            await kill_in_turn(platform, VICTIMS, chance, killed, longest_pause=2)

    async def one_after_the_other() -> None:
        for n in numbers:
            if n >= BUYERS and set(killed) == set(VICTIMS):
                return
            await shop.buyer(WAYS[n % len(WAYS)], silent=n // len(WAYS) % 2 == 0)

    killing = asyncio.create_task(kill_again_and_again())
    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    killing.cancel()
    return killed


class Shop:
    """A market with an owner who approves refunds."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.bought: list[Bought] = []

    async def open(self, platform: Platform) -> None:
        """Stock for everybody."""
        self._gateway, self._sandbox = platform.demo["gateway"], platform.demo["alipay_sandbox"]
        self._owner = await self.market.token(platform.demo["owners"][0])
        self._skus = await self.market.skus(4, stock=100 * BUYERS)
        self._tokens = [await self.market.session_token() for _ in range(4)]

    async def buyer(self, way: str, *, silent: bool) -> None:
        """One order from placing it to asking for the last of its money; `silent`: no notice tells of late money."""
        token = random.choice(self._tokens)
        try:
            url = await self.market.place(random.choice(self._skus), token)
            bought = Bought(url, token, way)
            self.bought.append(bought)
            if way == "late":
                await self._pay_after_the_end(bought, silent=silent)
                return
            await self.market.pay(url, token)
            await self._until(bought, "paid")
            if way == "refunded":
                await self._back(bought, None)
            if way == "in parts":
                await self._back(bought, 1)
                await self._back(bought, 2)
        except GaveUp as fault:
            self.market.faults.append(f"{way}: {fault}")

    async def order(self, bought: Bought) -> Any:
        return await self.market.call("GET", bought.url, token=bought.token)

    async def at_alipay(self, bought: Bought) -> Any:
        """The trade as the sandbox has it; without a `trade_status` when no buyer ever came."""
        return await self.market.call(
            "GET", f"{self._sandbox}/sandbox/trades/{bought.order_id}", or_codes={"ACQ.TRADE_NOT_EXIST"}
        )

    async def _pay_after_the_end(self, bought: Bought, *, silent: bool) -> None:
        link = await self.market.cashier_url(bought.url, bought.token)
        if silent:
            await self.market.call(
                "POST", f"{self._sandbox}/sandbox/faults",
                {"fault": "drop_notify", "count": ALL_NOTICES, "out_trade_no": bought.order_id},
            )  # fmt: skip
        await self.market.cancel(bought.url, bought.token)
        await self._until(bought, "cancelled")
        if link:
            await self.market.pay_link(link, or_codes={"ACQ.TRADE_HAS_CLOSE"})

    async def _back(self, bought: Bought, fen: int | None) -> None:
        """Ask for money back, have it approved, and wait until it has gone."""
        amount = {} if fen is None else {"amount": {"amount": fen, "currency": "CNY"}}
        key = secrets.token_hex(8)
        asked = await self.market.call(
            "POST", f"{bought.url}/refunds", {"reason": "a dent", **amount},
            token=bought.token, headers={"Idempotency-Key": key},
        )  # fmt: skip
        bought.movements += 1
        refund_id = asked["refunds"][-1]["refund_id"]
        approval = f"{self._gateway}/v1/owner/orders/{bought.order_id}/refunds/{refund_id}/approval"
        await self.market.call("POST", approval, token=self._owner, or_codes={"refused"})
        for _ in range(600):
            if (await self.order(bought))["refunds"][-1]["status"] == "settled":
                return
            await asyncio.sleep(0.2)
        raise GaveUp(f"{bought.order_id}: the refund {refund_id} is not made")

    async def _until(self, bought: Bought, status: str) -> None:
        for _ in range(600):
            if (await self.order(bought))["status"] == status:
                return
            await asyncio.sleep(0.2)
        raise GaveUp(f"{bought.order_id} is not {status}")


async def _as_wanted(shop: Shop) -> bool:
    """Each order has come to its end, and Alipay has moved for it what that end asks for."""
    late_paid = 0
    for bought in shop.bought:
        order, trade = await shop.order(bought), await shop.at_alipay(bought)
        total = order["total"]["amount"]
        back = {"paid": 0, "refunded": total, "in parts": 3, "late": total}[bought.way]
        if bought.way == "late":
            late_paid += "trade_status" in trade
            bought.movements = 2 if "trade_status" in trade else 0
        wanted = {"paid": "paid", "refunded": "refunded", "in parts": "paid", "late": "cancelled"}
        assert order["status"] == wanted[bought.way], order
        if bought.movements:
            assert _fen(trade["refunded_amount"]) == back, (bought, trade)
    assert late_paid, "no money came too late"
    return True


async def _sound(platform: Platform, shop: Shop) -> bool:
    where = Installation(platform.demo["kafka"], platform.demo["mongodb"], "", platform.folder / "traces")
    report = await audit(where, shop.market.acknowledged, timedelta(seconds=0))
    assert report.violations == []
    return True


async def _reconciled(platform: Platform, day: str) -> int:
    """How many movements `anchorage reconcile` compared; it must find the day clean."""
    operator = platform.demo["ops"]
    environment = os.environ | {
        "ANCHORAGE_PUBLIC_URL": platform.demo["gateway"],
        "ANCHORAGE_OPS_CLIENT_ID": operator["client_id"],
        "ANCHORAGE_OPS_CLIENT_SECRET": operator["client_secret"],
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "anchorage_cli.main", "reconcile", "--day", day,
        env=environment, cwd=platform.folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return sum(int(number) for number in re.findall(r"(\d+) movement\(s\) compared", said))


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part)


def _today() -> str:
    return (datetime.now(UTC) + BEIJING).date().isoformat()
