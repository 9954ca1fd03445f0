"""The store of reservations in memory, held to the same tests as the one on MongoDB (`integration/test_ports.py`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.domain.on_sale import OnSale
from catalog.domain.reservation import LeftOverHold, Lines, Reservation, State
from runtime.clock import Clock, system_clock
from runtime.outbox.changes import Change
from support.in_memory_store import Outbox


@dataclass(slots=True)
class Shelves:
    """What catalog's replicas share: stock by SKU as MongoDB has it, products by id, reservations by order, their events."""

    stock: dict[str, dict[str, Any]] = field(default_factory=dict)
    on_sale: dict[str, OnSale] = field(default_factory=dict)
    reservations: dict[str, Reservation] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)

    def put(self, sku_id: str, pieces: int) -> None:
        """A new SKU with this many pieces."""
        self.stock[sku_id] = {
            "_id": sku_id, "available": pieces, "reserved": 0, "sold": 0, "initial": pieces, "adjusted": 0, "version": 1,
            "holds": {},
        }  # fmt: skip


class InMemoryReservations:
    """The port ReservationStore."""

    def __init__(self, shelves: Shelves, clock: Clock = system_clock) -> None:
        self._shelves = shelves
        self._clock = clock

    async def load_for_reserving(
        self, order_ids: Iterable[str], product_ids: Iterable[str], mini_program_ids: Iterable[str]
    ) -> tuple[dict[str, State], dict[str, OnSale]]:
        on_sale = self._shelves.on_sale
        return await self.states(order_ids), {key: on_sale[key] for key in product_ids if key in on_sale}

    async def states(self, order_ids: Iterable[str]) -> dict[str, State]:
        return {order_id: found.state for order_id, found in (await self.find(order_ids)).items()}

    async def find(self, order_ids: Iterable[str]) -> dict[str, Reservation]:
        known = self._shelves.reservations
        return {order_id: known[order_id] for order_id in order_ids if order_id in known}

    async def hold(self, wanted: Mapping[str, Lines]) -> bool:
        in_sku_order = sorted(
            (sku_id, n, order_id, quantity)
            for n, (order_id, lines) in enumerate(wanted.items())
            for sku_id, quantity in lines
        )
        held = [self._hold(sku_id, order_id, quantity) for sku_id, _, order_id, quantity in in_sku_order]
        return all(held)

    def _hold(self, sku_id: str, order_id: str, quantity: int) -> bool:
        sku = self._shelves.stock.get(sku_id)
        if sku is None or sku["available"] < quantity or order_id in sku["holds"]:
            return False
        sku["holds"][order_id] = quantity
        self._move(sku, "available", "reserved", quantity)
        return True

    async def held(self, wanted: Mapping[str, Lines]) -> dict[str, Lines]:
        holds = {sku_id: sku["holds"] for sku_id, sku in self._shelves.stock.items()}
        return {
            order_id: tuple((sku, holds[sku][order_id]) for sku, _ in lines if order_id in holds.get(sku, {}))
            for order_id, lines in wanted.items()
        }

    async def release_holds(self, orders: Mapping[str, Lines]) -> None:
        for sku, order_id, quantity in self._held(orders):
            del sku["holds"][order_id]
            self._move(sku, "reserved", "available", quantity)

    async def sell_holds(self, orders: Mapping[str, Lines]) -> None:
        for sku, order_id, quantity in self._held(orders):
            sku["holds"][order_id] = 0
            self._move(sku, "reserved", "sold", quantity)

    async def forget_sold(self, orders: Mapping[str, Lines]) -> None:
        sold = {order_id: tuple((sku_id, 0) for sku_id, _ in lines) for order_id, lines in orders.items()}
        for sku, order_id, _ in self._held(sold):
            del sku["holds"][order_id]

    def _held(self, orders: Mapping[str, Lines]) -> Iterator[tuple[dict[str, Any], str, int]]:
        """The SKUs that hold just these quantities for these orders."""
        for order_id, lines in orders.items():
            for sku_id, quantity in lines:
                sku = self._shelves.stock.get(sku_id)
                if sku is not None and sku["holds"].get(order_id) == quantity:
                    yield sku, order_id, quantity

    async def left_over_holds(self) -> AsyncIterator[LeftOverHold]:
        held: dict[str, list[tuple[str, int]]] = {}
        for sku_id, sku in self._shelves.stock.items():
            for order_id, quantity in sku["holds"].items():
                held.setdefault(order_id, []).append((sku_id, quantity))
        for order_id, lines in held.items():
            decided = self._shelves.reservations.get(order_id)
            if decided is not None and decided.state is not State.RESERVED:
                yield LeftOverHold(order_id, decided.state, tuple(lines))

    async def insert(self, new: Sequence[Change[Reservation]]) -> set[str]:
        existed = {c.after.order_id for c in new if c.after.order_id in self._shelves.reservations}
        for change in new:
            if change.after.order_id not in existed:
                self._save(change)
        return existed

    async def advance(self, changes: Sequence[Change[Reservation]], before: State) -> bool:
        moving = [change for change in changes if self._is(change, before)]
        for change in moving:
            lines = self._shelves.reservations[change.after.order_id].lines
            is_new = change.after.state is State.REJECTED
            self._save(change if is_new else replace(change, after=replace(change.after, lines=lines)))
        return len(moving) == len(changes)

    async def return_sold(self, change: Change[Reservation]) -> None:
        if not self._is(change, State.COMMITTED):
            return
        self._save(change)
        for sku_id, quantity in change.after.available_again:
            self._move(self._shelves.stock[sku_id], "sold", "available", quantity)

    def _is(self, change: Change[Reservation], state: State) -> bool:
        found = self._shelves.reservations.get(change.after.order_id)
        return found is not None and found.state is state

    def _save(self, change: Change[Reservation]) -> None:
        self._shelves.reservations[change.after.order_id] = change.after
        self._shelves.outbox.add(change, self._clock())

    @staticmethod
    def _move(sku: dict[str, Any], taken: str, given: str, quantity: int) -> None:
        sku[taken] -= quantity
        sku[given] += quantity
        sku["version"] += 1
