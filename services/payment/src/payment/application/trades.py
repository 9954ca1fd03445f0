"""Every change of a trade goes through here: decided on the newest state, stored once, told in the same write.

Changes that are asked for at the same time are gathered: one read and one bulk write for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from contracts.event import Event
from payment.application.announce import events_of
from payment.application.ports import Step, TradeStore, UnknownTrade
from payment.domain.trade import Change, Trade
from runtime.batching import Batcher

ROUNDS = 20
"""A change whose trade another replica keeps changing is decided anew this often."""
APART_SECONDS = 0.4
"""Between rounds, when there is much to do: a buyer who has paid does not notice, and all services behind wake less often."""

Decision = Callable[[Trade], Change]
"""Must bear being asked again: of a trade on which it took effect it makes no further change."""


class Contended(Exception):
    """Others changed the trades each time; the caller may try again."""


@dataclass(slots=True)
class _Wanted:
    order_id: str
    decide: Decision
    traceparent: str | None
    anew: bool = False
    """Decided before on what was remembered, or on what another replica changed: now on what the store says."""


class _Again(Exception):
    """Nothing came of it, and nothing is wrong with it."""


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
        self._gathered = Batcher[_Wanted, Trade](self._round, interval=APART_SECONDS)

    async def change(self, order_id: str, decide: Decision, *, traceparent: str | None = None) -> Trade:
        """The trade after `decide`, once it is durable.

        Raises UnknownTrade, Contended, what `decide` raises, and what the database raises when it is away: then it is
        unknown whether the change was made, and asking again makes it once.
        """
        wanted = _Wanted(order_id, decide, traceparent)
        for _ in range(ROUNDS):
            try:
                return await self._gathered(wanted)
            except _Again:
                wanted.anew = True
        raise Contended(order_id)

    async def _round(self, batch: Sequence[_Wanted]) -> Sequence[Trade | Exception]:
        recent = self._recent(batch)
        others = {wanted.order_id for wanted in batch} - recent.keys()
        trades = recent | (await self._store.load(list(others)) if others else {})
        pending: dict[str, _Pending] = {}
        outcomes = [_decided(wanted, trades, wanted.order_id in recent, pending) for wanted in batch]
        steps = [Step(p.before, p.after, p.events, p.traceparent) for p in pending.values()]
        if steps and not await self._store.save(steps):
            return [outcome if isinstance(outcome, Exception) else _Again() for outcome in outcomes]
        return outcomes

    def _recent(self, batch: Sequence[_Wanted]) -> dict[str, Trade]:
        """What is remembered of the trades that are decided for the first time: most decisions lead to a write, which is
        guarded; the others are made again on what the store says."""
        anew = {wanted.order_id for wanted in batch if wanted.anew}
        remembered = {wanted.order_id: self._store.recent(wanted.order_id) for wanted in batch}
        return {key: trade for key, trade in remembered.items() if trade is not None and key not in anew}


def _decided(
    wanted: _Wanted, trades: dict[str, Trade], from_memory: bool, pending: dict[str, _Pending]
) -> Trade | Exception:
    """What becomes of one trade of the round; a change is put down in `trades` and `pending`."""
    trade = trades.get(wanted.order_id)
    if trade is None:
        return UnknownTrade(f"there is no trade {wanted.order_id}")
    try:
        change = wanted.decide(trade)
    except Exception as refusal:
        return _Again() if from_memory else refusal
    if change.trade is trade:
        return _Again() if from_memory else trade
    trades[wanted.order_id] = change.trade
    _note(pending, trade, change, wanted.traceparent)
    return change.trade


def _note(pending: dict[str, _Pending], before: Trade, change: Change, traceparent: str | None) -> None:
    mine = pending.setdefault(before.order_id, _Pending(before, before, traceparent))
    mine.after = change.trade
    if change.facts:
        mine.events.append((change.trade.version, events_of(change)))
