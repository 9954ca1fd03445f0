"""What an answer of the provider proves, and when the provider is called again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from contracts.payment import RefundFailed
from payment.application.arbiter import Arbiter
from payment.application.contracts_out import events_of
from payment.application.ports import PaymentProvider
from payment.application.providers import Providers
from payment.application.trades import Trades
from payment.domain.errors import NotAsAgreed
from payment.domain.events import Refunded
from payment.domain.history import money_moved
from payment.domain.provider import Ended, NeverSeen, Paid, TradeAnswer, Unsure, Waiting
from payment.domain.refund import RefundState
from payment.domain.schedule import Schedule
from payment.domain.shares import Line
from payment.domain.trade import Collector, Money, State, StoredTrade, Trade
from runtime.outbox.changes import Change, Command, Result

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEADLINE = NOW + timedelta(minutes=15)
SCHEDULE = Schedule()
COLLECTOR = Collector("alipay", "default", "app", "seller")


def trade() -> Trade:
    return Trade(
        order_id="demoshop01_1", mini_program_id="demoshop01", openid="o-buyer", collector=COLLECTOR, total=12900,
        lines=(Line(12900, 500, 1000),), creator_id=None, subject="Wine", product="wap", return_url=None,
        requested_at=NOW, expires_at=DEADLINE, due_at=NOW + timedelta(seconds=30), changed_at=NOW,
    )  # fmt: skip


class OneTrade:
    """A store of one trade, in memory."""

    def __init__(self, stored: Trade) -> None:
        self.stored: StoredTrade = stored

    async def get(self, aggregate_id: str) -> StoredTrade | None:
        return self.stored

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, StoredTrade]:
        return {self.stored.order_id: self.stored}

    async def insert(self, new: Sequence[Change[StoredTrade]]) -> list[bool | Exception]:
        return [False] * len(new)

    async def change_many(
        self, commands: Sequence[Command[StoredTrade]]
    ) -> list[Result[StoredTrade] | Exception]:
        outcomes: list[Result[StoredTrade] | Exception] = []
        for command in commands:
            change = command.decide(self.stored)
            self.stored = change.after if change is not None else self.stored
            outcomes.append(Result(self.stored))
        return outcomes


class SlowProvider:
    """Answers as it is told, and lets time pass before each answer."""

    def __init__(self, answer: TradeAnswer, pass_time: Callable[[], None] = lambda: None) -> None:
        self.answer = answer
        self.pass_time = pass_time

    def collectors(self) -> dict[str, Collector]:
        return {COLLECTOR.merchant: COLLECTOR}

    async def query(self, trade: Trade) -> TradeAnswer:
        self.pass_time()
        return self.answer


class Desk:
    """An arbiter of one trade. `now` is the clock."""

    def __init__(self, stored: Trade, answer: TradeAnswer, now: datetime, answer_takes: timedelta) -> None:
        self.now, self.answer_takes = now, answer_takes
        self.store = OneTrade(stored)
        provider = cast(PaymentProvider, SlowProvider(answer, self.pass_time))
        self.arbiter = Arbiter(
            Trades(self.store), Providers({"alipay": provider}), SCHEDULE, lambda: self.now
        )

    def pass_time(self) -> None:
        self.now += self.answer_takes

    async def advance(self) -> Trade:
        stored = self.store.stored
        assert isinstance(stored, Trade)
        await self.arbiter.advance(stored)
        assert isinstance(self.store.stored, Trade)
        return self.store.stored


def desk(stored: Trade, answer: TradeAnswer, now: datetime, answer_takes: float = 0) -> Desk:
    return Desk(stored, answer, now, timedelta(seconds=answer_takes))


def closing(now: datetime = NOW) -> Trade:
    return trade().request_close("cancelled_by_buyer", now).trade


async def test_an_answer_that_was_asked_for_before_the_link_died_closes_no_trade() -> None:
    asked_at = SCHEDULE.link_dead_at(DEADLINE) - timedelta(seconds=1)
    after = await desk(closing(), NeverSeen(), asked_at, answer_takes=5).advance()
    assert (after.state, after.due_at) == (State.REQUESTED, SCHEDULE.link_dead_at(DEADLINE))


async def test_an_answer_that_was_asked_for_after_the_link_died_closes_the_trade() -> None:
    after = await desk(closing(), NeverSeen(), SCHEDULE.link_dead_at(DEADLINE), answer_takes=5).advance()
    assert after.state is State.CLOSED


async def test_a_cancelled_order_is_asked_about_again_and_again_until_its_link_is_dead() -> None:
    cancelled = desk(closing(), NeverSeen(), NOW)
    asked = []
    while (after := await cancelled.advance()).state is State.REQUESTED:
        assert after.due_at is not None
        asked.append((after.due_at - NOW).total_seconds())
        cancelled.now = after.due_at
    assert asked == [1, 3, 7, 15, 31, 63, 127, 255, 511, 902]


@pytest.mark.parametrize("answer", [Waiting(), Unsure("no answer")])
async def test_backoff_starts_when_the_answer_is_there(answer: TradeAnswer) -> None:
    after = await desk(trade(), answer, NOW, answer_takes=8).advance()
    assert after.due_at is not None
    assert after.due_at > NOW + timedelta(seconds=8)


def test_rescheduling_to_the_same_time_changes_nothing() -> None:
    later = NOW + timedelta(minutes=5)
    once = trade().reschedule(later, NOW, tries=1).trade
    assert once.reschedule(later, NOW + timedelta(seconds=1), tries=1).trade is once


def test_a_trade_scheduled_by_a_clock_that_was_ahead_is_stamped_again() -> None:
    ahead = trade().reschedule(DEADLINE, NOW + timedelta(hours=1), tries=0).trade
    assert ahead.reschedule(DEADLINE, NOW, tries=0).trade.changed_at == NOW


def test_a_repeated_approval_changes_nothing_whatever_became_of_the_refund() -> None:
    paid = trade().receive(Money("t1", 12900, NOW), NOW).trade
    pending = paid.approve_refund("r1", 100, NOW).trade
    settled = pending.complete_refund("r1", NOW, NOW, NOW).trade
    failed = pending.fail_refund("r1", "no", NOW, NOW).trade
    refused = paid.approve_refund("r1", 99_999, NOW).trade
    for stage, amount in ((pending, 100), (settled, 100), (failed, 100), (refused, 99_999)):
        assert stage.approve_refund("r1", amount, NOW + timedelta(days=9)).trade is stage
        with pytest.raises(NotAsAgreed):
            stage.approve_refund("r1", amount + 1, NOW)


def test_the_history_of_a_trade_is_what_its_steps_returned() -> None:
    steps: list[Any] = []
    paid = trade().receive(Money("t1", 12900, NOW), NOW)
    steps += paid.events
    after = paid.trade
    for number, amount in enumerate((333, 12_000, 567)):
        after = after.approve_refund(f"r{number}", amount, NOW).trade
        done = after.complete_refund(f"r{number}", NOW + timedelta(hours=number), NOW, NOW)
        steps += done.events
        after = done.trade
    assert money_moved(after) == tuple(steps)
    closed = closing().close(NOW).trade
    late = closed.receive(Money("t2", 12900, NOW), NOW)
    refund = late.trade.complete_refund(late.trade.late_refund_id, NOW, NOW, NOW)
    assert money_moved(closed) == ()
    assert money_moved(refund.trade) == (*late.events, *refund.events)


def test_a_refund_that_fails_says_whether_it_was_of_late_money() -> None:
    paid = trade().receive(Money("t1", 12900, NOW), NOW).trade.approve_refund("r1", 100, NOW).trade
    late = closing().close(NOW).trade.receive(Money("t2", 12900, NOW), NOW).trade
    [ordinary] = events_of(paid.fail_refund("r1", "refused", NOW, NOW))
    [of_late_money] = events_of(late.fail_refund(late.late_refund_id, "refused", NOW, NOW))
    assert isinstance(ordinary, RefundFailed)
    assert isinstance(of_late_money, RefundFailed)
    assert (ordinary.late, of_late_money.late) == (False, True)


def refused_late() -> Trade:
    """A closed trade whose late money the provider does not let us return."""
    closed = closing().close(NOW).trade
    late = closed.receive(Money("t1", 12900, NOW), NOW).trade
    return late.fail_refund(late.late_refund_id, "ACQ.TRADE_HAS_FINISHED", NOW, NOW).trade


async def test_late_money_that_an_operator_returned_by_hand_is_settled_once_the_provider_has_none() -> None:
    after = await desk(refused_late(), Ended(), NOW + timedelta(days=1)).advance()
    [refund] = after.refunds
    assert (refund.state, refund.settled_at) == (RefundState.SETTLED, NOW + timedelta(days=1))
    assert after.refused_late_refund is None


@pytest.mark.parametrize("answer", [Paid(Money("t1", 12900, NOW)), Unsure("no answer"), NeverSeen()])
async def test_late_money_that_the_provider_may_still_have_stays_refused(answer: TradeAnswer) -> None:
    before = refused_late()
    assert await desk(before, answer, NOW + timedelta(days=1)).advance() == before


def test_a_refund_by_hand_is_told_as_late_money_that_was_returned() -> None:
    before = refused_late()
    [refunded] = before.return_by_hand(NOW).events
    assert refunded == Refunded(before.late_refund_id, 12900, NOW, None)
