"""Stock follows orders: held when placed, sold when paid, given back when cancelled or refunded before shipment.

Every step may be repeated and may be interrupted anywhere:

- **Placed.** Holds are taken first, idempotent by order id; then the reservation is inserted, with its event in its
  outbox, and that insert alone decides: reserved, or rejected. Last, whatever a rejected order had got is given back,
  guarded by the hold's existence. Interrupted before the insert, a redelivery finds no reservation, takes what is missing and
  decides anew. Interrupted after it, a redelivery finds the decision and, where that is not `reserved`, gives back again. Of two
  replicas that handle the same order at once (one had been paused) the one whose insert fails keeps to what the other
  decided.
- **Paid, cancelled.** Holds are ended first, guarded by their existence; then the reservation moves on, guarded by its
  state, in one write with its event. A redelivery finds no hold, or no reservation in that state, and changes nothing twice.
- **Refunded.** One transaction, see `StockStore.put_back`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.adapters.stock_store import StockStore
from catalog.domain.errors import IllegalTransition
from catalog.domain.reservation import (
    VERSION_AFTER,
    Happening,
    Lines,
    State,
    Step,
    step_for,
    why_not_on_sale,
)
from contracts.catalog import (
    StockCommitted,
    StockEvent,
    StockLine,
    StockRejected,
    StockReleased,
    StockReserved,
)
from contracts.checkout import OrderPlaced
from runtime.mongo.client import Document
from runtime.outbox.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Told:
    """What one event tells of one order. `lines` are merged; `products` are (product_id, sku_id) of a `placed` order."""

    happening: Happening
    order_id: str
    mini_program_id: str
    lines: Lines = ()
    products: tuple[tuple[str, str], ...] = ()
    placed: OrderPlaced | None = None
    traceparent: str | None = None


class Reserving:
    """The use cases of stock, in batches."""

    def __init__(self, store: StockStore, recorder: Recorder) -> None:
        self._store = store
        self._recorder = recorder

    async def handle(self, told: Sequence[Told]) -> None:
        """Everything that is told, each order's own events in their order.

        Raises IllegalTransition for an event that can never be legal, after the legal ones of its turn.
        """
        for turn in turns(told):
            await self.place([t for t in turn if t.happening is Happening.PLACED])
            await self.commit([t for t in turn if t.happening is Happening.PAID])
            await self.end([t for t in turn if t.happening in (Happening.CANCELLED, Happening.REFUNDED)])

    async def place(self, placed: Sequence[Told]) -> None:
        """Hold all lines of an order, or none."""
        if not placed:
            return
        states, on_sale = await self._store.before_reserving(
            [t.order_id for t in placed],
            {product_id for t in placed for product_id, _ in t.products},
            {t.mini_program_id for t in placed},
        )
        new, over = [], []
        for t in placed:
            step = step_for(states.get(t.order_id, State.NONE), Happening.PLACED)
            if step is Step.RESERVE:
                new.append(t)
            elif step is Step.CLEAN_UP:
                over.append(t)
            elif step is Step.REFUSE:
                await self._refuse(t)
        reasons = {t.order_id: why_not_on_sale(t.mini_program_id, t.products, on_sale) for t in new}
        await self._reserve(new, {order_id: reason for order_id, reason in reasons.items() if reason})
        await self._store.give_back({t.order_id: t.lines for t in over})

    async def _reserve(self, new: Sequence[Told], reasons: dict[str, str]) -> None:
        if not new:
            return
        wanted = {t.order_id: t.lines for t in new if t.order_id not in reasons}
        if wanted and not await self._store.hold(wanted):
            held = await self._store.held(wanted)
            reasons = reasons | {order_id: "out_of_stock" for order_id in wanted if order_id not in held}
        decided = [self._decision(t, reasons.get(t.order_id)) for t in new]
        others = await self._store.insert(decided)
        for decision in decided:
            if decision["_id"] not in others:
                self._recorder.saved(decision["_id"], decision, before=0)
        rejected = {t.order_id: t.lines for t in new if t.order_id in reasons and t.order_id not in others}
        if others:
            states = await self._store.states(others)
            ended = [
                t
                for t in new
                if states.get(t.order_id) in (State.REJECTED, State.RELEASED, State.FORESTALLED)
            ]
            rejected |= {t.order_id: t.lines for t in ended}
        await self._store.give_back(rejected)

    def _decision(self, t: Told, reason: str | None) -> Document:
        state = State.REJECTED if reason else State.RESERVED
        version = VERSION_AFTER[state]
        common = {"order_id": t.order_id, "mini_program_id": t.mini_program_id, "lines": _as_lines(t.lines)}
        event: StockEvent = (
            StockRejected(version=version, reason=reason, **common)
            if reason
            else StockReserved(version=version, order=t.placed, **common)
        )
        return {
            "_id": t.order_id,
            "mini_program_id": t.mini_program_id,
            "state": state,
            "version": version,
            "lines": [{"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in t.lines],
            **({"reason": reason} if reason else {}),
            "outbox": self._recorder.slots(version, [event], t.traceparent),
        }

    async def _refuse(self, t: Told) -> None:
        decision = self._decision(t, "cancelled_before")
        del decision["_id"]
        await self._store.move({t.order_id: decision}, State.FORESTALLED)

    async def commit(self, paid: Sequence[Told]) -> None:
        """What was held is sold. Nothing is read while all goes as it should: the holds and states guard themselves."""
        if not paid:
            return
        lines = {t.order_id: t.lines for t in paid}
        await self._store.sell(lines)
        changes = {t.order_id: self._move(t, State.COMMITTED, StockCommitted, t.lines) for t in paid}
        if not await self._moved_all(changes, State.RESERVED):
            states = await self._store.states(lines)
            _check(
                (states.get(t.order_id, State.NONE), t)
                for t in paid
                if states.get(t.order_id) != State.RESERVED
            )

    async def end(self, ended: Sequence[Told]) -> None:
        """Cancelled or refunded: what was held or sold is available again, once."""
        if not ended:
            return
        known = await self._store.reservations(t.order_id for t in ended)
        nothing: tuple[State, Lines] = (State.NONE, ())
        illegal, released = [], []
        for t in ended:
            state, lines = known.get(t.order_id, nothing)
            try:
                step = step_for(state, t.happening)
            except IllegalTransition as wrong:
                illegal.append(wrong)
                continue
            if step is Step.RELEASE:
                released.append((t, lines))
            elif step is Step.RETURN:
                await self._store.put_back(
                    t.order_id, lines, self._move(t, State.RETURNED, StockReleased, lines)
                )
            elif step is Step.FORESTALL:
                await self._forestall(t)
        if released:
            await self._store.give_back({t.order_id: lines for t, lines in released})
            changes = {
                t.order_id: self._move(t, State.RELEASED, StockReleased, lines) for t, lines in released
            }
            await self._moved_all(changes, State.RESERVED)
        if illegal:
            raise illegal[0]

    async def _moved_all(self, changes: dict[str, Document], before: State) -> bool:
        """Move these reservations on; False when some were no longer in `before`."""
        if await self._store.move(changes, before) < len(changes):
            return False
        for order_id, change in changes.items():
            self._recorder.saved(order_id, change, before=VERSION_AFTER[before])
        return True

    async def _forestall(self, t: Told) -> None:
        """A tombstone, so that the order holds nothing when it comes after all."""
        tombstone = {
            "_id": t.order_id,
            "mini_program_id": t.mini_program_id,
            "state": State.FORESTALLED,
            "version": VERSION_AFTER[State.FORESTALLED],
            "lines": [],
        }
        if await self._store.insert([tombstone]):
            await self.end([t])

    def _move(self, t: Told, state: State, event: type[StockEvent], lines: Lines) -> Document:
        version = VERSION_AFTER[state]
        told = event(
            version=version, order_id=t.order_id, mini_program_id=t.mini_program_id, lines=_as_lines(lines)
        )
        return {"state": state, "version": version} | self._recorder.updates(version, [told], t.traceparent)


def turns(told: Sequence[Told]) -> list[list[Told]]:
    """The first event of each order, then the second of each, and so on: within a turn no order comes twice."""
    made: list[list[Told]] = []
    seen: dict[str, int] = {}
    for t in told:
        turn = seen[t.order_id] = seen.get(t.order_id, -1) + 1
        if turn == len(made):
            made.append([])
        made[turn].append(t)
    return made


def _check(found: Iterable[tuple[State, Told]]) -> None:
    for state, t in found:
        step_for(state, t.happening)


def _as_lines(lines: Lines) -> tuple[StockLine, ...]:
    return tuple(StockLine(sku_id=sku_id, quantity=quantity) for sku_id, quantity in lines)
