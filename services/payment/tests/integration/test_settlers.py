"""Two settlers at once, one of them frozen at any step: each posting is in one statement, and each payee is paid once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from contracts.catalog import MiniProgramPublished, Owner
from contracts.terms import CommissionTerms
from payment.adapters.mongo_ledger import MongoLedger
from payment.adapters.mongo_owners import MongoOwners
from payment.adapters.mongo_payouts import MongoPayouts
from payment.adapters.mongo_settlements import MongoSettlements
from payment.application.settlement import MAX_LAG, Settlement
from payment.application.stalled_trades import StalledSettlements
from payment.domain import ledger
from payment.domain.days import end_of, start_of
from payment.domain.errors import DayNotReady
from payment.domain.ledger import PostedOrder, Posting, Receipt
from payment.domain.reconciliation import Movement
from payment.domain.shares import Shares
from payment.domain.statements import DayState, Reason
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, connect, database
from runtime.mongo.lease import Lease
from runtime.outbox.recorder import Recorder
from support.eventually import eventually

DAY = date(2026, 11, 22)
NEXT = DAY + timedelta(days=1)
NEVER = 1_000
"""More steps than a settlement has."""


class Freeze:
    """Stops a settler before its n-th step, or before the step of that name, until it is thawed."""

    def __init__(self, before: int = NEVER, name: str = "") -> None:
        self.left = before
        self.name = name
        self.reached = asyncio.Event()
        self.thawed = asyncio.Event()

    async def step(self, name: str) -> None:
        self.left -= 1
        if self.left == 0 or name == self.name:
            self.reached.set()
            await self.thawed.wait()


class Stepwise:
    """A port, each of whose calls is a step."""

    def __init__(self, port: Any, freeze: Freeze) -> None:
        self._port, self._freeze = port, freeze

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        async def stepwise(*arguments: Any, **named: Any) -> Any:
            await self._freeze.step(name)
            return await call(*arguments, **named)

        return stepwise


class FreeForAll:
    """A lease that everybody gets: what is left when a settler sleeps through the real one."""

    length = timedelta(minutes=10)

    async def acquire(self) -> bool:
        return True

    async def release(self) -> None:
        return


class Moved:
    """The movements of all trades."""

    def __init__(self) -> None:
        self.all: list[tuple[date, Movement]] = []

    async def movements(self, day: date, collector: str | None = None) -> AsyncIterator[Movement]:
        for moved_on, movement in self.all:
            if moved_on == day:
                yield movement


class Books:
    """The stored parts of settlement, and settlers over them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.now = end_of(NEXT) + timedelta(hours=2)
        self.ledger, self.settlements, self.owners = (
            MongoLedger(db),
            MongoSettlements(db, Recorder(system_clock, random_id)),
            MongoOwners(db),
        )
        self.moved = Moved()

    async def prepare(self) -> None:
        await self.ledger.prepare()
        await self.settlements.prepare()

    def settler(self, freeze: Freeze | None = None, lease: Any = None) -> Settlement:
        freeze = freeze or Freeze()
        payouts = MongoPayouts(self.db, Recorder(system_clock, random_id))
        return Settlement(
            Stepwise(self.settlements, freeze), Stepwise(payouts, freeze), self.moved, Stepwise(self.ledger, freeze),
            Stepwise(self.owners, freeze), lease or FreeForAll(), lambda: self.now, timedelta(hours=1),
        )  # fmt: skip

    async def own(self, mini_program_id: str, owner_id: str = "owner-1", version: int = 1) -> None:
        state = MiniProgramPublished(
            version=version, mini_program_id=mini_program_id, name="Demo", category="e_commerce",
            logo_url="/media/l.png", owner=Owner(owner_id=owner_id, name="O", kind="brand"), hosts=("host-1",),
            state="published", terms=CommissionTerms(platform_bp=500, creator_bp=1000, terms_version=1),
        )  # fmt: skip
        await self.owners.learn([state])

    async def sell(self, amount: int, day: date = DAY, mini_program_id: str = "demoshop01") -> str:
        """Post a sale of which the owner earns `amount`, and a creator a tenth."""
        order = _order(day, mini_program_id)
        await self._post(ledger.payment(order, Shares(amount, 0, amount // 10), "c-1"))
        return order.order_id

    async def refund(self, amount: int, day: date = DAY) -> None:
        order = _order(day, "demoshop01")
        await self._post(ledger.refund(order, "r1", Shares(amount, 0, 0), None))

    async def _post(self, posting: Posting) -> None:
        await self.ledger.append([posting], self.now)
        await self.ledger.receive([Receipt(str(posting.order_id), posting.at)])

    async def paid_out(self) -> int:
        return sum([payout["amount"] async for payout in self.db["payouts"].find()])

    async def unclaimed(self) -> int:
        return await self.db["ledger"].count_documents({"statement": {"$exists": False}})

    async def check(self) -> None:
        """Every posting is in the statement that says so, statements follow from another, payouts from statements."""
        last: dict[str, int] = {}
        found = [statement async for statement in self.db["statements"].find()]
        for statement in sorted(found, key=lambda statement: statement["number"]):
            assert statement["opening"] == last.get(statement["account"], 0)
            last[statement["account"]] = statement["closing"]
            postings = self.db["ledger"].find(
                {"statement": statement["day"], "legs.account": statement["account"]}
            )
            owed = -sum(
                [
                    leg["amount"]
                    async for p in postings
                    for leg in p["legs"]
                    if leg["account"] == statement["account"]
                ]
            )
            assert statement["earned"] + statement["reversed"] == owed, statement["_id"]
        assert await self.paid_out() == sum(statement["paid_out"] for statement in found)


def _order(day: date, mini_program_id: str) -> PostedOrder:
    order_id = f"{mini_program_id}_{random_id()}"
    return PostedOrder(order_id, mini_program_id, "alipay.default", start_of(day) + timedelta(hours=9))


@pytest_asyncio.fixture
async def books(mongodb_uri: str, prefix: str) -> AsyncIterator[Books]:
    client = connect(mongodb_uri)
    db = database(client, f"{prefix}payment")
    books = Books(db)
    await books.prepare()
    await books.own("demoshop01")
    yield books
    await client.drop_database(db.name)
    await client.close()


async def _frozen_before(books: Books, step: int) -> bool:
    """Settle with one settler frozen before that step, while another one settles this day and the next. False past the end."""
    for collection in ("ledger", "receipts", "settlements", "statements", "payouts"):
        await books.db[collection].delete_many({})
    await books.refund(300)
    await books.sell(1000)
    freeze = Freeze(step)
    frozen = asyncio.create_task(books.settler(freeze).run(DAY))
    reached = asyncio.create_task(freeze.reached.wait())
    await asyncio.wait({frozen, reached}, return_when=asyncio.FIRST_COMPLETED)
    if frozen.done():
        reached.cancel()
        return False
    await books.settler().run(DAY)
    await books.sell(2000)  # late: its day is settled
    await books.sell(4000, NEXT)
    await books.own("demoshop01", "owner-2", version=step + 1)
    if step % 2:
        await books.settler().run(NEXT)
        await books.sell(8000, NEXT)
    freeze.thawed.set()
    await frozen
    books.now += timedelta(days=1)
    await books.settler().run(NEXT + timedelta(days=1))
    books.now -= timedelta(days=1)
    await books.check()
    assert await books.unclaimed() == 0
    sold = 7000 + (8000 if step % 2 else 0)
    assert await books.paid_out() == sold - 300 + sold // 10
    return True


@pytest.mark.timeout(300)
async def test_a_settler_that_is_frozen_at_any_step_settles_nothing_twice_and_nothing_by_half(
    books: Books,
) -> None:
    step = 1
    while await _frozen_before(books, step):
        step += 1
    assert step > 12


async def test_two_settlers_at_once_settle_a_day_once(books: Books) -> None:
    for amount in range(100, 130):
        await books.sell(amount)
    await asyncio.gather(*(books.settler().run(DAY) for _ in range(2)))
    await books.check()
    assert await books.unclaimed() == 0


async def test_a_day_that_was_claimed_but_not_paid_is_finished_before_a_later_one(books: Books) -> None:
    await books.sell(1000)
    dying = books.settler(freeze := Freeze(name="add"))
    run = asyncio.create_task(dying.run(DAY))
    await freeze.reached.wait()
    run.cancel()
    begun = await books.settlements.get(DAY)
    assert begun is not None
    assert begun.state is DayState.CLAIMED
    await books.settler().run(NEXT)
    await books.check()
    assert await books.paid_out() == 1100


class Refusing:
    """A port whose call of this name fails for one day, until `mended`; it may do a part of its work before."""

    def __init__(self, port: Any, name: str, day: date, *, part: int = 0) -> None:
        self._port, self._name, self._day, self._part = port, name, day, part
        self.mended = False

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        async def refusing(*arguments: Any, **named: Any) -> Any:
            if name == self._name and not self.mended:
                if arguments[0] == self._day:
                    raise ValueError("this day cannot be reckoned")
                if isinstance(arguments[0], list) and any(
                    s.day == self._day.isoformat() for s in arguments[0]
                ):
                    await call(arguments[0][: self._part])
                    raise ValueError("this day cannot be reckoned")
            return await call(*arguments, **named)

        return refusing


@pytest.mark.parametrize(
    ("port", "name"), [("ledger", "totals"), ("ledger", "moved"), ("settlements", "add")]
)
async def test_a_day_that_cannot_be_settled_is_named_and_stops_no_later_one(
    books: Books, port: str, name: str
) -> None:
    await books.refund(300)
    await books.sell(1000)
    refusing = Refusing(getattr(books, port), name, DAY, part=1)
    setattr(books, port, refusing)
    settler = books.settler()
    await settler.run(NEXT)
    await books.refund(500, NEXT)
    books.now += timedelta(days=1)
    await settler.run(NEXT + timedelta(days=1))
    assert [day.day for day in await settler.unsettled()] == [DAY]
    with pytest.raises(DayNotReady, match="2026-11-22 cannot be settled: ValueError"):
        await settler.run(DAY)
    stalled = [s async for s in StalledSettlements(settler).find(books.now)]
    assert [(s.kind, s.id) for s in stalled] == [("payout", "2026-11-22")]
    refusing.mended = True
    await settler.run(DAY)
    await books.sell(2000, NEXT + timedelta(days=1))
    books.now += timedelta(days=1)
    await settler.run(NEXT + timedelta(days=2))
    assert await settler.unsettled() == []
    await books.check()
    assert await books.unclaimed() == 0


async def test_a_day_that_is_settled_after_a_later_one_carries_over_what_that_one_left(books: Books) -> None:
    await books.refund(300, NEXT)
    await books.settler().run(NEXT)
    await books.sell(1000, DAY)
    await books.settler().run(DAY)
    await books.check()
    assert await books.paid_out() == 700 + 100


async def test_a_day_waits_for_a_missing_posting_and_is_then_settled_without_it(books: Books) -> None:
    await books.sell(1000)
    books.moved.all.append((DAY, Movement("demoshop01_lost", None, 500)))
    with pytest.raises(DayNotReady, match="demoshop01_lost"):
        await books.settler().run(DAY)
    books.now += MAX_LAG
    await books.settler().run(DAY)
    settled = await books.settlements.get(DAY)
    assert settled is not None
    assert (settled.state, settled.paid_out) == (DayState.CLOSED, 1100)
    assert [(r.reason, r.order_id) for r in settled.set_aside] == [(Reason.NOT_POSTED, "demoshop01_lost")]


async def test_postings_of_an_unknown_owner_are_set_aside_and_settled_once_the_owner_is_known(
    books: Books,
) -> None:
    await books.sell(1000)
    await books.sell(2000, mini_program_id="demoshop09")
    with pytest.raises(DayNotReady, match="demoshop09"):
        await books.settler().run(DAY)
    books.now += MAX_LAG
    await books.settler().run(DAY)
    settled = await books.settlements.get(DAY)
    assert settled is not None
    assert [(r.reason, r.mini_program_id) for r in settled.set_aside] == [
        (Reason.UNKNOWN_OWNER, "demoshop09")
    ]
    assert await books.paid_out() == 1100
    await books.own("demoshop09", "owner-9")
    await books.settler().run(NEXT)
    await books.check()
    assert await books.paid_out() == 1100 + 2200


async def test_a_start_stamped_by_a_clock_that_was_ahead_makes_no_day_wait(books: Books) -> None:
    await books.sell(1000)
    books.moved.all.append((DAY, Movement("demoshop01_lost", None, 500)))
    books.now += timedelta(days=30)
    with pytest.raises(DayNotReady):
        await books.settler().run(DAY)
    books.now -= timedelta(days=30)
    await books.settler().run(DAY)
    assert await books.paid_out() == 1100


async def test_days_settled_by_a_clock_that_was_ahead_stop_no_later_settlement(books: Books) -> None:
    await books.sell(1000)
    right = books.now
    books.now = datetime(2027, 11, 22, tzinfo=UTC)
    await books.settler().run(date(2027, 11, 20))
    books.now = right
    await books.sell(2000, NEXT)
    await books.settler().run(NEXT)
    await books.check()
    assert await books.paid_out() == 3300


async def test_a_long_run_keeps_its_turn(books: Books) -> None:
    """The lease is short, and renewed for as long as the run lives."""
    turns = books.db["leases"]

    def lease(holder: str) -> Lease:
        return Lease(books.db, "settlement", holder, timedelta(seconds=2))

    freeze = Freeze(name="totals")
    long = asyncio.create_task(books.settler(freeze, lease("first")).run(DAY))
    await freeze.reached.wait()
    acquired = await turns.find_one({"_id": "settlement"})

    async def renewed() -> bool:
        return await turns.find_one({"_id": "settlement"}) != acquired

    await eventually(renewed, 10, "the lease is renewed")
    with pytest.raises(DayNotReady, match="another settlement is running"):
        await books.settler(lease=lease("second")).run(DAY)
    freeze.thawed.set()
    await long
    await books.settler(lease=lease("second")).run(DAY)


async def test_an_order_is_settled_on_the_day_of_its_receipt_whichever_is_written_first(books: Books) -> None:
    early, late = _order(DAY, "demoshop01"), _order(DAY, "demoshop01")
    received = end_of(DAY) + timedelta(hours=9)
    await books.ledger.append([ledger.payment(early, Shares(1000, 50, 0), None)], books.now)
    await books.ledger.receive([Receipt(early.order_id, received), Receipt(late.order_id, received)])
    await books.ledger.append([ledger.payment(late, Shares(2000, 100, 0), None)], books.now)
    await books.settler().run(DAY)
    assert await books.paid_out() == 0
    await books.settler().run(NEXT)
    await books.check()
    assert await books.paid_out() == 3000
    [statement] = await books.settlements.of_day(NEXT)
    assert statement.totals.payments == 2


async def test_an_order_that_is_refunded_before_its_receipt_is_in_no_statement(books: Books) -> None:
    order = _order(DAY, "demoshop01")
    shares = Shares(900, 50, 50)
    await books.ledger.append([ledger.payment(order, shares, "c-1")], books.now)
    waiting = await books.ledger.pending(["owner:demoshop01"])
    assert (waiting.earned, waiting.awaiting_receipt) == (900, 900)
    await books.ledger.append([ledger.refund(order, "r1", shares, "c-1")], books.now)
    await books.settler().run(NEXT)
    assert await books.settlements.of_day(NEXT) == []
    assert await books.paid_out() == 0
    waiting = await books.ledger.pending(["owner:demoshop01"])
    assert (waiting.earned, waiting.awaiting_receipt) == (0, 0)


async def test_a_repeated_receipt_of_another_day_changes_nothing(books: Books) -> None:
    order = _order(DAY, "demoshop01")
    await books.ledger.receive([Receipt(order.order_id, order.at)])
    await books.ledger.receive([Receipt(order.order_id, order.at + timedelta(days=1))])
    await books.ledger.append([ledger.payment(order, Shares(1000, 0, 0), None)], books.now)
    await books.settler().run(DAY)
    assert await books.paid_out() == 1000
