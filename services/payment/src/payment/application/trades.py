"""Every change of a trade goes through here: decided on the newest state, stored once, told in the same write.

Changes that are asked for at the same time are gathered: one read and one bulk write for all of them, since a majority
write for each caps a service at some hundred a second. Nothing waits for company: a change that comes alone goes alone.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from contracts.event import Event
from payment.application.announce import events_of
from payment.application.ports import Step, TradeStore, UnknownTrade
from payment.domain.trade import Change, Trade

AT_ONCE = 200
"""Changes in one round; bounds the size of a bulk write."""
ROUNDS = 20
"""A change whose trade another replica keeps changing is decided anew this often."""

Decision = Callable[[Trade], Change]
"""Must bear being asked again: of a trade on which it took effect it makes no further change."""


class Contended(Exception):
    """Others changed the trades each time; the caller may try again."""


@dataclass(slots=True)
class _Wanted:
    order_id: str
    decide: Decision
    traceparent: str | None
    done: asyncio.Future[Trade]
    rounds: int = 0


@dataclass(slots=True)
class _Pending:
    """What one round makes of one trade."""

    before: Trade
    after: Trade
    traceparent: str | None
    events: list[tuple[int, Sequence[Event]]] = field(default_factory=list)


class Trades:
    """Changes trades by their order id."""

    def __init__(self, store: TradeStore) -> None:
        self._store = store
        self._waiting: list[_Wanted] = []
        self._rounds: asyncio.Task[None] | None = None

    async def change(self, order_id: str, decide: Decision, *, traceparent: str | None = None) -> Trade:
        """The trade after `decide`, once it is durable.

        Raises UnknownTrade, Contended, what `decide` raises, and what the database raises when it is away: then it is
        unknown whether the change was made, and asking again makes it once.
        """
        wanted = _Wanted(order_id, decide, traceparent, asyncio.get_running_loop().create_future())
        self._waiting.append(wanted)
        if self._rounds is None or self._rounds.done():
            # an empty context: a round belongs to no caller's trace
            self._rounds = asyncio.create_task(self._run(), context=contextvars.Context())
        return await wanted.done

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                await self._round(batch)
            except BaseException as fault:
                for wanted in batch:
                    _fail(wanted, fault if isinstance(fault, Exception) else asyncio.CancelledError())
                if not isinstance(fault, Exception):
                    raise

    async def _round(self, batch: Sequence[_Wanted]) -> None:
        recent = self._recent(batch)
        others = {wanted.order_id for wanted in batch} - recent.keys()
        trades = recent | (await self._store.load(list(others)) if others else {})
        pending: dict[str, _Pending] = {}
        decided: list[tuple[_Wanted, Trade]] = []
        for wanted in batch:
            trade = trades.get(wanted.order_id)
            if trade is None:
                _fail(wanted, UnknownTrade(f"there is no trade {wanted.order_id}"))
                continue
            try:
                change = wanted.decide(trade)
            except Exception as refusal:
                if wanted.order_id in recent:
                    self._again([wanted])
                else:
                    _fail(wanted, refusal)
                continue
            if change.trade is trade and wanted.order_id in recent:
                self._again([wanted])
                continue
            trades[wanted.order_id] = change.trade
            decided.append((wanted, change.trade))
            if change.trade is not trade:
                _note(pending, trade, change, wanted.traceparent)
        steps = [Step(p.before, p.after, p.events, p.traceparent) for p in pending.values()]
        if steps and not await self._store.save(steps):
            self._again([wanted for wanted, _ in decided])
            return
        for wanted, trade in decided:
            if not wanted.done.done():
                wanted.done.set_result(trade)

    def _recent(self, batch: Sequence[_Wanted]) -> dict[str, Trade]:
        """What is remembered of the trades that are decided for the first time: most decisions lead to a write, which is
        guarded; the others are made again on what the store says."""
        anew = {wanted.order_id for wanted in batch if wanted.rounds}
        remembered = {wanted.order_id: self._store.recent(wanted.order_id) for wanted in batch}
        return {key: trade for key, trade in remembered.items() if trade is not None and key not in anew}

    def _again(self, batch: Sequence[_Wanted]) -> None:
        """Decide these anew on what the store says: those that were made change nothing."""
        for wanted in batch:
            wanted.rounds += 1
            if wanted.rounds < ROUNDS:
                self._waiting.append(wanted)
            else:
                _fail(wanted, Contended(wanted.order_id))


def _note(pending: dict[str, _Pending], before: Trade, change: Change, traceparent: str | None) -> None:
    mine = pending.setdefault(before.order_id, _Pending(before, before, traceparent))
    mine.after = change.trade
    if change.facts:
        mine.events.append((change.trade.version, events_of(change)))


def _fail(wanted: _Wanted, fault: BaseException) -> None:
    if not wanted.done.done():
        wanted.done.set_exception(fault)
