"""Stock follows orders: held when placed, sold when paid, released when cancelled or refunded before shipment.

Every step can be repeated and interrupted anywhere:

- **Placed.** Holds are taken first, idempotent by order id. Then the reservation is inserted with its event, and that insert
  alone decides: reserved or rejected. Last, what a rejected order had held is released, if the hold exists. Interrupted before
  the insert, a redelivery finds no reservation, takes the missing holds and decides again. Interrupted after it, a redelivery
  finds the decision and, if that is not `reserved`, releases again. If two replicas handle the same order at once (one had
  been paused), the one whose insert fails follows the other's decision.
- **Paid, cancelled.** Holds are ended first, if they exist. Then the reservation moves on, guarded by its state, in one write
  with its event. A redelivery finds no hold, or no reservation in that state, and changes nothing. What is sold leaves a hold of
  0 pieces until the reservation has moved on: else a replica that is late could hold again, and a redelivery sell twice.
- **Refunded.** One transaction: `ReservationStore.return_sold`.
- **Held too late.** A replica that was paused and dies after its holds, for an order that others have handled in the meantime,
  leaves these holds behind. `stalled_reservations.LeftOverHolds` releases them at the next look: no reservation ever returns to
  `reserved`, so a hold of an order in another state is needed by nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from catalog.application.contracts_out import stock_events
from catalog.application.order_facts import OrderFact, waves
from catalog.application.ports import ReservationStore
from catalog.domain.errors import IllegalTransition
from catalog.domain.on_sale import why_not_on_sale
from catalog.domain.reservation import FactKind, Lines, Reservation, State, Step, looks, step_for
from runtime.errors import FactMismatch, compare
from runtime.outbox.changes import Change

LOOK_SECONDS = 0.05
"""Between two looks of an order at what it lacks: others hold stock in part for a few round trips."""
HOLDS_NOTHING = frozenset(State) - {State.RESERVED}
"""A hold of an order in one of these states is left over: sold and returned stock is held no more."""


async def _pause() -> None:
    await asyncio.sleep(LOOK_SECONDS)


class Reserving:
    """The use cases of orders' stock, in batches.

    `pause` passes the time until an order looks again whether it can have what it lacks.
    """

    def __init__(self, store: ReservationStore, pause: Callable[[], Awaitable[None]] = _pause) -> None:
        self._store = store
        self._pause = pause

    async def handle(self, facts: Sequence[OrderFact]) -> None:
        """Apply all facts, those of one order in their order.

        Raises IllegalTransition for a fact that can never be legal, and FactMismatch for one that contradicts its
        reservation, after the good ones of its wave.
        """
        for wave in waves(facts):
            await self.reserve([f for f in wave if f.kind is FactKind.PLACED])
            await self.commit([f for f in wave if f.kind is FactKind.PAID])
            await self.release([f for f in wave if f.kind in (FactKind.CANCELLED, FactKind.REFUNDED)])

    async def reserve(self, placed: Sequence[OrderFact]) -> None:
        """Hold all lines of an order, or none: StockReserved or StockRejected."""
        if not placed:
            return
        states, on_sale = await self._store.load_for_reserving(
            [f.order_id for f in placed],
            {product_id for f in placed for product_id, _ in f.products},
            {f.mini_program_id for f in placed},
        )
        new, left_over = [], []
        for fact in placed:
            step = step_for(states.get(fact.order_id, State.NONE), FactKind.PLACED)
            if step is Step.RESERVE:
                new.append(fact)
            elif step is Step.CLEAN_UP:
                left_over.append(fact)
            elif step is Step.REFUSE:
                await self._store.advance([_decision(fact, "cancelled_before")], State.FORESTALLED)
        reasons = {f.order_id: why_not_on_sale(f.mini_program_id, f.products, on_sale) for f in new}
        await self._decide(new, {order_id: reason for order_id, reason in reasons.items() if reason})
        await self._store.release_holds(_lines(left_over))

    async def _decide(self, new: Sequence[OrderFact], reasons: Mapping[str, str]) -> None:
        """Decide new orders; `reasons` says which are rejected whatever the stock is.

        An order that lacks something is decided later (`looks`). It keeps what it holds until then: another replica that
        handles the same order may count on it.
        """
        undecided, looked = list(new), 0
        while undecided:
            lacking = await self._hold(_lines(f for f in undecided if f.order_id not in reasons))
            given_up = {order_id for order_id, most in lacking.items() if looked >= most}
            reasons = {**reasons, **dict.fromkeys(given_up, "out_of_stock")}
            waiting = lacking.keys() - given_up
            await self._store_decisions([f for f in undecided if f.order_id not in waiting], reasons)
            undecided, looked = [f for f in undecided if f.order_id in waiting], looked + 1
            if undecided:
                await self._pause()

    async def _hold(self, wanted: Mapping[str, Lines]) -> dict[str, int]:
        """Hold what there is; the orders that lack something, and how often each looks again."""
        if not wanted or await self._store.hold(wanted):
            return {}
        held = await self._store.held(wanted)
        return {
            order_id: looks(lines, held[order_id])
            for order_id, lines in wanted.items()
            if held[order_id] != lines
        }

    async def _store_decisions(self, new: Sequence[OrderFact], reasons: Mapping[str, str]) -> None:
        """Reserve or reject: the first insert decides. What is held for orders that are rejected is released."""
        if not new:
            return
        decided_by_others = await self._store.insert([_decision(f, reasons.get(f.order_id)) for f in new])
        without_stock = {order_id for order_id in reasons if order_id not in decided_by_others}
        if decided_by_others:
            states = await self._store.states(decided_by_others)
            without_stock |= {order_id for order_id, state in states.items() if state in HOLDS_NOTHING}
        await self._store.release_holds(_lines(f for f in new if f.order_id in without_stock))

    async def commit(self, paid: Sequence[OrderFact]) -> None:
        """What was held is sold: StockCommitted."""
        if not paid:
            return
        known = await self._store.find(f.order_id for f in paid)
        steps, refused = _steps(paid, known)
        sold = [fact for fact, step in steps if step is Step.COMMIT]
        if sold:
            await self._store.sell_holds(_lines(sold))
            changes = [_moved(f, State.COMMITTED, f.lines) for f in sold]
            advanced = await self._store.advance(changes, State.RESERVED)
            await self._store.forget_sold(_lines(sold))
            if not advanced:  # another replica was quicker
                states = await self._store.states(f.order_id for f in sold)
                refused += _steps(sold, {}, states)[1]
        if refused:
            raise refused[0]

    async def release(self, ended: Sequence[OrderFact]) -> None:
        """What was held for a cancelled order, or sold to a refunded one, is available again: StockReleased."""
        if not ended:
            return
        known = await self._store.find(f.order_id for f in ended)
        steps, refused = _steps(ended, known)
        released = []
        for fact, step in steps:
            lines = known[fact.order_id].lines if fact.order_id in known else ()
            if step is Step.RELEASE:
                released.append(_moved(fact, State.RELEASED, lines))
            elif step is Step.RETURN:
                await self._store.return_sold(_moved(fact, State.RETURNED, lines, fact.unsent))
            elif step is Step.FORESTALL:
                await self._forestall(fact)
        if released:
            await self._store.release_holds({c.after.order_id: c.after.lines for c in released})
            await self._store.advance(released, State.RESERVED)
        if refused:
            raise refused[0]

    async def _forestall(self, fact: OrderFact) -> None:
        """Leave a tombstone, so that the order reserves nothing if it arrives later."""
        if await self._store.insert([_moved(fact, State.FORESTALLED, ())]):
            await self.release([fact])


def _steps(
    facts: Sequence[OrderFact], known: Mapping[str, Reservation], states: Mapping[str, State] | None = None
) -> tuple[list[tuple[OrderFact, Step]], list[Exception]]:
    """What each fact requires, and the errors of those that are refused. `states` are newer than `known`."""
    steps: list[tuple[OrderFact, Step]] = []
    refused: list[Exception] = []
    for fact in facts:
        reservation = known.get(fact.order_id)
        state = reservation.state if reservation is not None else State.NONE
        try:
            step = step_for((states or {}).get(fact.order_id, state), fact.kind)
            if reservation is not None:
                _check_agrees(fact, reservation)
        except (IllegalTransition, FactMismatch) as error:
            refused.append(error)
        else:
            steps.append((fact, step))
    return steps, refused


def _check_agrees(fact: OrderFact, reservation: Reservation) -> None:
    """Raises FactMismatch. A cancellation names no lines, and a tombstone has none."""
    compare(fact.order_id, mini_program=(fact.mini_program_id, reservation.mini_program_id))
    if fact.lines and reservation.lines:
        compare(fact.order_id, lines=(fact.lines, reservation.lines))


def _decision(fact: OrderFact, reason: str | None) -> Change[Reservation]:
    state = State.REJECTED if reason else State.RESERVED
    expires_at = fact.order.expires_at if fact.order is not None else None
    reservation = Reservation(
        fact.order_id, fact.mini_program_id, state, fact.lines, reason, expires_at=expires_at
    )
    return Change(reservation, stock_events(reservation, fact.order), traceparent=fact.traceparent)


def _moved(fact: OrderFact, state: State, lines: Lines, returned: Lines | None = None) -> Change[Reservation]:
    reservation = Reservation(fact.order_id, fact.mini_program_id, state, lines, returned=returned)
    return Change(reservation, stock_events(reservation), traceparent=fact.traceparent)


def _lines(facts: Iterable[OrderFact]) -> dict[str, Lines]:
    return {fact.order_id: fact.lines for fact in facts}
