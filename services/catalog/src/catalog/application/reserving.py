"""Stock follows orders: held when placed, sold when paid, released when cancelled or refunded before shipment.

Every step can be repeated and interrupted anywhere:

- **Placed.** Holds are taken first, idempotent by order id. Then the reservation is inserted with its event, and that insert
  alone decides: reserved or rejected. Last, what a rejected order had held is released, if the hold exists. Interrupted before
  the insert, a redelivery finds no reservation, takes the missing holds and decides again. Interrupted after it, a redelivery
  finds the decision and, if that is not `reserved`, releases again. If two replicas handle the same order at once (one had
  been paused), the one whose insert fails follows the other's decision.
- **Paid, cancelled.** Holds are ended first, if they exist. Then the reservation moves on, guarded by its state, in one write
  with its event. A redelivery finds no hold, or no reservation in that state, and changes nothing.
- **Refunded.** One transaction: `ReservationStore.return_sold`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalog.application.contracts_out import stock_events
from catalog.application.order_facts import OrderFact, waves
from catalog.application.ports import ReservationStore
from catalog.domain.errors import IllegalTransition
from catalog.domain.on_sale import why_not_on_sale
from catalog.domain.reservation import FactKind, Lines, Reservation, State, Step, step_for
from runtime.outbox.changes import Change

HOLDS_NOTHING = frozenset(State) - {State.RESERVED}
"""A hold of an order in one of these states is left over: sold and returned stock is held no more."""


class Reserving:
    """The use cases of orders' stock, in batches."""

    def __init__(self, store: ReservationStore) -> None:
        self._store = store

    async def handle(self, facts: Sequence[OrderFact]) -> None:
        """Apply all facts, those of one order in their order.

        Raises IllegalTransition for a fact that can never be legal, after the legal ones of its wave.
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
        """Decide new orders; `reasons` says which are rejected whatever the stock is."""
        if not new:
            return
        wanted = _lines(f for f in new if f.order_id not in reasons)
        if wanted and not await self._store.hold(wanted):
            held = await self._store.held(wanted)
            reasons = {**reasons, **{order_id: "out_of_stock" for order_id in wanted if order_id not in held}}
        decided_by_others = await self._store.insert([_decision(f, reasons.get(f.order_id)) for f in new])
        without_stock = {order_id for order_id in reasons if order_id not in decided_by_others}
        if decided_by_others:
            states = await self._store.states(decided_by_others)
            without_stock |= {order_id for order_id, state in states.items() if state in HOLDS_NOTHING}
        await self._store.release_holds(_lines(f for f in new if f.order_id in without_stock))

    async def commit(self, paid: Sequence[OrderFact]) -> None:
        """What was held is sold: StockCommitted. Reads only if a reservation is not in the expected state."""
        if not paid:
            return
        await self._store.sell_holds(_lines(paid))
        changes = [_moved(f, State.COMMITTED, f.lines) for f in paid]
        if await self._store.advance(changes, State.RESERVED):
            return
        states = await self._store.states(f.order_id for f in paid)
        for fact in paid:
            state = states.get(fact.order_id, State.NONE)
            if state is not State.RESERVED:
                step_for(state, fact.kind)  # a repeat is legal, anything else raises

    async def release(self, ended: Sequence[OrderFact]) -> None:
        """What was held for a cancelled order, or sold to a refunded one, is available again: StockReleased."""
        if not ended:
            return
        known = await self._store.find(f.order_id for f in ended)
        released, illegal = [], []
        for fact in ended:
            current = known.get(fact.order_id) or Reservation(fact.order_id, fact.mini_program_id, State.NONE)
            try:
                step = step_for(current.state, fact.kind)
            except IllegalTransition as error:
                illegal.append(error)
                continue
            if step is Step.RELEASE:
                released.append(_moved(fact, State.RELEASED, current.lines))
            elif step is Step.RETURN:
                await self._store.return_sold(_moved(fact, State.RETURNED, current.lines))
            elif step is Step.FORESTALL:
                await self._forestall(fact)
        if released:
            await self._store.release_holds({c.after.order_id: c.after.lines for c in released})
            await self._store.advance(released, State.RESERVED)
        if illegal:
            raise illegal[0]

    async def _forestall(self, fact: OrderFact) -> None:
        """Leave a tombstone, so that the order reserves nothing if it arrives later."""
        if await self._store.insert([_moved(fact, State.FORESTALLED, ())]):
            await self.release([fact])


def _decision(fact: OrderFact, reason: str | None) -> Change[Reservation]:
    state = State.REJECTED if reason else State.RESERVED
    reservation = Reservation(fact.order_id, fact.mini_program_id, state, fact.lines, reason)
    return Change(reservation, stock_events(reservation, fact.order), traceparent=fact.traceparent)


def _moved(fact: OrderFact, state: State, lines: Lines) -> Change[Reservation]:
    reservation = Reservation(fact.order_id, fact.mini_program_id, state, lines)
    return Change(reservation, stock_events(reservation), traceparent=fact.traceparent)


def _lines(facts: Iterable[OrderFact]) -> dict[str, Lines]:
    return {fact.order_id: fact.lines for fact in facts}
