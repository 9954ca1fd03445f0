"""The columns of an owner's statements add up to the ledger, to the fen, by day and by month."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
import pytest_asyncio

from contracts.catalog import MiniProgramPublished, Owner
from contracts.terms import CommissionTerms
from payment.adapters.mongo_ledger import MongoLedger
from payment.adapters.mongo_owners import MongoOwners
from payment.adapters.mongo_payouts import MongoPayouts
from payment.adapters.mongo_settlements import MongoSettlements
from payment.application.settlement import Settlement
from payment.domain import ledger
from payment.domain.days import end_of, start_of
from payment.domain.ledger import PostedOrder, Posting, Receipt
from payment.domain.shares import Line, charged, reversal, share_out
from payment.domain.statements import By, PeriodTotals, Turnover
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, connect, database
from runtime.mongo.lease import Lease
from runtime.outbox.recorder import Recorder

FIRST = date(2026, 10, 30)
DAYS = [FIRST + timedelta(days=n) for n in range(4)]
"""The end of a month and the beginning of the next."""
OWNER, SHOPS = "owner-1", ("shop0001", "shop0002")


class NothingMissing:
    """Every movement of money is posted."""

    async def movements(self, day: date, collector: str | None = None) -> AsyncIterator[None]:
        for nothing in ():
            yield nothing


class Market:
    """Random orders in two shops, one of which collects by its owner's merchant; `sums` is what they come to."""

    def __init__(self, seed: int, db: Database) -> None:
        self.random, self.sums = random.Random(seed), dict.fromkeys(SHOPS, Turnover())
        self.ledger = MongoLedger(db)

    async def trade(self, orders: int) -> None:
        for _ in range(orders):
            await self._sell(self.random.choice(SHOPS))

    async def _sell(self, shop: str) -> None:
        lines = [
            Line(self.random.randint(1, 99_999), self.random.choice((0, 333, 600)), 777)
            for _ in range(self.random.randint(1, 3))
        ]
        subtotal = sum(line.amount for line in lines)
        discount = self.random.choice((0, self.random.randint(0, subtotal)))
        fee = self.random.choice((0, 1_001)) or (1 if discount == subtotal else 0)
        total, creator = subtotal - discount + fee, self.random.choice((None, "c-1"))
        shares = share_out(total, charged(lines, discount, fee), with_creator=creator is not None)
        at = start_of(self.random.choice(DAYS[:-1])) + timedelta(hours=9)
        order = PostedOrder(
            f"{shop}_{random_id()}", shop, "alipay.default", at, shop == SHOPS[1], discount, fee
        )
        postings = [ledger.payment(order, shares, creator)]
        refunded, taken_back = 0, Counter[str]()
        while refunded < total and self.random.random() < 0.3:
            amount = self.random.randint(1, total - refunded)
            back = reversal(shares, refunded, amount)
            later = replace(order, at=at + timedelta(days=self.random.randint(0, 1)))
            postings.append(ledger.refund(later, f"r{refunded}", back, creator))
            taken_back.update({"commission": back.platform + back.creator, "total": back.total})
            refunded += amount
        await self._post(postings)
        commission = shares.platform + shares.creator - taken_back["commission"]
        at_owner = total - taken_back["total"] if order.at_owner else 0
        self._count(shop, Turnover(subtotal, discount, fee, taken_back["total"], commission, at_owner))

    async def _post(self, postings: list[Posting]) -> None:
        self.random.shuffle(postings)
        now = end_of(DAYS[-1])
        await self.ledger.append(postings[:1], now)
        await self.ledger.receive([Receipt(str(postings[0].order_id), min(p.at for p in postings))])
        await self.ledger.append(postings[1:], now)

    def _count(self, shop: str, more: Turnover) -> None:
        self.sums[shop] = added([self.sums[shop], more])


def added(parts: list[Turnover]) -> Turnover:
    sums: Counter[str] = Counter()
    for part in parts:
        sums.update(asdict(part))
    return Turnover(**sums)


@pytest_asyncio.fixture
async def db(mongodb_uri: str, prefix: str) -> AsyncIterator[Database]:
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}payment")
    yield db
    await client.drop_database(db.name)
    await client.close()


async def _own(db: Database) -> MongoOwners:
    owners = MongoOwners(db)
    terms = CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1)
    for shop in SHOPS:
        state = MiniProgramPublished(
            version=1, mini_program_id=shop, name="Demo", category="e_commerce", logo_url="/media/l.png",
            owner=Owner(owner_id=OWNER, name="O", kind="brand"), hosts=("host-1",), state="published", terms=terms,
        )  # fmt: skip
        await owners.learn([state])
    return owners


@pytest.mark.parametrize("seed", range(3))
async def test_the_columns_of_all_statements_add_up_to_the_ledger(db: Database, seed: int) -> None:
    market, recorder = Market(seed, db), Recorder(system_clock, random_id)
    settlements = MongoSettlements(db, recorder)
    await market.trade(40)
    settlement = Settlement(
        settlements, MongoPayouts(db, recorder), NothingMissing(), market.ledger, await _own(db),
        Lease(db, "settlement", "one"), lambda: end_of(DAYS[-1]) + timedelta(hours=1), timedelta(0),
    )  # fmt: skip
    await settlement.run(DAYS[-1])

    days = await settlements.periods(OWNER, By.DAY, (None, None), None, 100)
    months = await settlements.periods(OWNER, By.MONTH, (None, None), None, 100)
    assert len({day.period for day in days}) > 2
    assert {month.period for month in months} == {"2026-10", "2026-11"}
    for shop in SHOPS:
        for periods in (days, months):
            own = [period for period in periods if period.mini_program_id == shop]
            assert added([period.turnover for period in own]) == market.sums[shop]
            for period in own:
                assert period.turnover.owed == period.earned + period.reversed, period
            paid_out = sum(period.paid_out for period in own)
            assert sum(period.turnover.owed for period in own) == paid_out + own[0].closing
            owed = (await market.ledger.balances()).get(ledger.OWNER + shop, 0)
            assert -owed == paid_out + own[0].closing  # no payout is posted in this test
    assert all(month.owed for month in months if month.mini_program_id == SHOPS[1])
    _ends_are_joined(days)


def _ends_are_joined(days: list[PeriodTotals]) -> None:
    """A day begins with what the one before left."""
    for shop in SHOPS:
        own = [day for day in reversed(days) if day.mini_program_id == shop]
        assert [day.opening for day in own] == [0, *(day.closing for day in own[:-1])]
