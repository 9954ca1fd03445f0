"""What the store of reservations promises, on MongoDB and in memory, where the simulation uses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from catalog_support.in_memory import InMemoryReservations, Shelves
from catalog_support.shop import assert_adds_up
from catalog_support.warehouse import PROGRAM, RECORDER, Order, Warehouse

from catalog.adapters.mongo_reservations import MongoReservations
from catalog.domain.on_sale import OnSale
from catalog.domain.reservation import LeftOverHold, Lines, Reservation, State
from runtime.mongo.client import Database
from runtime.outbox.changes import Change


class InMemoryWarehouse(Warehouse):
    """The same warehouse in memory."""

    shelves: Shelves

    async def holds(self) -> list[dict[str, int]]:
        return [self.shelves.stock[sku_id]["holds"] for sku_id in self.sku_ids]

    async def counts(self) -> list[tuple[int, int, int]]:
        stock = [self.shelves.stock[sku_id] for sku_id in self.sku_ids]
        for document in stock:
            assert_adds_up(document)
        return [(sku["available"], sku["reserved"], sku["sold"]) for sku in stock]


@pytest.fixture(params=["mongodb", "in_memory"])
async def kept(request: pytest.FixtureRequest, db: Database) -> tuple[Any, Warehouse]:
    """A store, and its warehouse of two SKUs with 5 and 3 pieces."""
    if request.param == "mongodb":
        return MongoReservations(db, RECORDER), await Warehouse.of(db, 5, 3)
    warehouse = InMemoryWarehouse(db, "p", ("a", "b"))
    warehouse.shelves = Shelves(on_sale={"p": OnSale(PROGRAM, True, True, frozenset({"a", "b"}))})
    for sku_id, pieces in (("a", 5), ("b", 3)):
        warehouse.shelves.put(sku_id, pieces)
    return InMemoryReservations(warehouse.shelves), warehouse


def lines_of(*orders: Order) -> dict[str, Lines]:
    return {order.order_id: order.lines for order in orders}


def reservation(order: Order, state: State) -> Change[Reservation]:
    return Change(Reservation(order.order_id, PROGRAM, state, order.lines))


async def test_a_hold_is_taken_once_and_only_of_what_there_is(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    first, second = warehouse.order(2, 2), warehouse.order(1, 2)
    assert await store.hold(lines_of(first))
    assert not await store.hold(lines_of(first))
    assert not await store.hold(lines_of(second))
    in_part = second.lines[:1]
    assert await store.held(lines_of(first, second)) == lines_of(first) | {second.order_id: in_part}
    assert await warehouse.counts() == [(2, 3, 0), (1, 2, 0)]


async def test_a_hold_ends_once(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    sold, released = warehouse.order(2, 1), warehouse.order(1, 1)
    await store.hold(lines_of(sold, released))
    for _ in range(2):
        await store.sell_holds(lines_of(sold))
        await store.release_holds(lines_of(sold, released))
    assert await warehouse.counts() == [(3, 0, 2), (2, 0, 1)]


async def test_what_was_sold_cannot_be_held_again_until_it_is_forgotten(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    sold, held = warehouse.order(2, 1), warehouse.order(1, 1)
    await store.hold(lines_of(sold, held))
    await store.sell_holds(lines_of(sold))
    assert not await store.hold(lines_of(sold))
    await store.forget_sold(lines_of(sold, held))
    assert await warehouse.counts() == [(2, 1, 2), (1, 1, 1)]
    assert await warehouse.holds() == [{held.order_id: 1}] * 2


async def test_what_is_held_for_an_order_that_holds_nothing_is_left_over(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    decided = {state: warehouse.order(1) for state in (State.RESERVED, State.COMMITTED, State.REJECTED)}
    undecided, sold = warehouse.order(1), warehouse.order(0, 1)
    await store.insert([reservation(order, state) for state, order in decided.items()])
    await store.insert([reservation(sold, State.COMMITTED)])
    await store.hold(lines_of(*decided.values(), undecided, sold))
    await store.sell_holds(lines_of(sold))
    ours = {order.order_id for order in (*decided.values(), undecided, sold)}
    left_over = {hold.order_id: hold async for hold in store.left_over_holds() if hold.order_id in ours}
    assert left_over == {
        **{
            decided[state].order_id: LeftOverHold(decided[state].order_id, state, decided[state].lines)
            for state in (State.COMMITTED, State.REJECTED)
        },
        sold.order_id: LeftOverHold(sold.order_id, State.COMMITTED, ((warehouse.sku_ids[1], 0),)),
    }
    await store.release_holds({hold.order_id: hold.lines for hold in left_over.values()})
    assert not [hold async for hold in store.left_over_holds() if hold.order_id in ours]


async def test_the_first_insert_decides(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    order, other = warehouse.order(1), warehouse.order(1)
    assert await store.insert([reservation(order, State.RESERVED)]) == set()
    new = [reservation(order, State.FORESTALLED), reservation(other, State.REJECTED)]
    assert await store.insert(new) == {order.order_id}
    ids = [order.order_id, other.order_id, "nobody"]
    assert await store.states(ids) == {order.order_id: State.RESERVED, other.order_id: State.REJECTED}
    assert await store.find(ids[:1]) == {order.order_id: reservation(order, State.RESERVED).after}


async def test_a_reservation_advances_from_its_state_only(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    order, other = warehouse.order(1), warehouse.order(1)
    await store.insert([reservation(o, State.RESERVED) for o in (order, other)])
    without_lines = Change(replace(reservation(order, State.COMMITTED).after, lines=()))
    assert await store.advance([without_lines], State.RESERVED)
    both = [reservation(o, State.RELEASED) for o in (order, other)]
    assert not await store.advance(both, State.RESERVED)
    found = await store.find([order.order_id, other.order_id])
    assert found[order.order_id] == reservation(order, State.COMMITTED).after
    assert found[other.order_id] == reservation(other, State.RELEASED).after


async def test_what_was_sold_returns_once(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    order = warehouse.order(2, 1)
    await store.hold(lines_of(order))
    await store.insert([reservation(order, State.RESERVED)])
    await store.return_sold(reservation(order, State.RETURNED))
    await store.sell_holds(lines_of(order))
    await store.advance([reservation(order, State.COMMITTED)], State.RESERVED)
    for _ in range(2):
        await store.return_sold(reservation(order, State.RETURNED))
    assert await warehouse.counts() == [(5, 0, 0), (3, 0, 0)]


async def test_of_an_order_that_was_partly_sent_the_rest_returns(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    order = warehouse.order(2, 1)
    await store.hold(lines_of(order))
    await store.insert([reservation(order, State.RESERVED)])
    await store.sell_holds(lines_of(order))
    await store.advance([reservation(order, State.COMMITTED)], State.RESERVED)
    returned = reservation(order, State.RETURNED)
    partly = replace(returned, after=replace(returned.after, returned=((warehouse.sku_ids[0], 1),)))
    for _ in range(2):
        await store.return_sold(partly)
    assert (await store.find([order.order_id]))[order.order_id] == partly.after
    assert await warehouse.counts() == [(4, 0, 1), (2, 0, 1)]


async def test_what_reserving_needs_is_loaded_at_once(kept: tuple[Any, Warehouse]) -> None:
    store, warehouse = kept
    order = warehouse.order(1)
    await store.insert([reservation(order, State.RESERVED)])
    states, on_sale = await store.load_for_reserving(
        [order.order_id, "nobody"], [warehouse.product_id, "nothing"], [PROGRAM]
    )
    assert states == {order.order_id: State.RESERVED}
    assert on_sale == {warehouse.product_id: OnSale(PROGRAM, True, True, frozenset(warehouse.sku_ids))}
