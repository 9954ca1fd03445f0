"""Whatever happens to orders, in any order and repeated: no piece appears, vanishes or is sold twice."""

from __future__ import annotations

from contextlib import suppress

from catalog_support.warehouse import Order, Warehouse
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.domain.errors import IllegalTransition
from catalog.domain.reservation import FactKind
from runtime.mongo.client import Database

ORDERS = 4
QUANTITIES = st.lists(st.integers(0, 3), min_size=2, max_size=2).filter(any)
FACTS = st.lists(st.tuples(st.integers(0, ORDERS - 1), st.sampled_from(FactKind)), max_size=6)


async def handle(warehouse: Warehouse, orders: list[Order], batch: list[tuple[int, FactKind]]) -> None:
    """Handle a batch; one with an illegal record is split, as the consumer does it."""
    facts = [orders[n].fact(kind) for n, kind in batch]
    try:
        await warehouse.reserving.handle(facts)
    except IllegalTransition:
        for fact in facts:
            with suppress(IllegalTransition):
                await warehouse.reserving.handle([fact])


@settings(max_examples=60, deadline=None)
@given(
    initial=st.lists(st.integers(0, 6), min_size=2, max_size=2),
    wanted=st.lists(QUANTITIES, min_size=ORDERS, max_size=ORDERS),
    batches=st.lists(FACTS, max_size=6),
)
async def test_every_piece_is_somewhere_once(
    db: Database, initial: list[int], wanted: list[list[int]], batches: list[list[tuple[int, FactKind]]]
) -> None:
    warehouse = await Warehouse.of(db, *initial)
    orders = [warehouse.order(*quantities) for quantities in wanted]
    for batch in batches:
        await handle(warehouse, orders, batch)
        counts = await warehouse.counts()  # asserts the invariant
        states = [await warehouse.state(order) for order in orders]
        for n, sku_id in enumerate(warehouse.sku_ids):
            held, sold = (
                sum(dict(o.lines).get(sku_id, 0) for o, s in zip(orders, states, strict=True) if s == state)
                for state in ("reserved", "committed")
            )
            assert counts[n] == (initial[n] - held - sold, held, sold)
    for order in orders:
        events = await warehouse.events(order)
        assert len(events) == len(set(events))
