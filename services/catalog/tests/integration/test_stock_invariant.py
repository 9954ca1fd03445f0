"""Whatever is told of orders, in whatever order and however often: no piece appears, vanishes or is sold twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest_asyncio
from catalog_support.warehouse import Order, Warehouse
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.domain.errors import IllegalTransition
from catalog.domain.reservation import Happening
from runtime.mongo.client import Database, connect, database

ORDERS = 4
QUANTITIES = st.lists(st.integers(0, 3), min_size=2, max_size=2).filter(any)
TELLINGS = st.lists(st.tuples(st.integers(0, ORDERS - 1), st.sampled_from(Happening)), max_size=6)


@pytest_asyncio.fixture(scope="module")
async def db(mongodb_uri: str, module_prefix: str) -> AsyncIterator[Database]:
    client = connect(mongodb_uri)
    yield database(client, f"{module_prefix}catalog")
    await client.close()


async def tell(warehouse: Warehouse, orders: list[Order], batch: list[tuple[int, Happening]]) -> None:
    """A batch; one with an illegal record is split by record, as the consumer does it."""
    told = [orders[n].told(happening) for n, happening in batch]
    try:
        await warehouse.reserving.handle(told)
    except IllegalTransition:
        for one in told:
            with suppress(IllegalTransition):
                await warehouse.reserving.handle([one])


@settings(max_examples=60, deadline=None)
@given(
    initial=st.lists(st.integers(0, 6), min_size=2, max_size=2),
    wanted=st.lists(QUANTITIES, min_size=ORDERS, max_size=ORDERS),
    batches=st.lists(TELLINGS, max_size=6),
)
async def test_every_piece_is_somewhere_once(
    db: Database, initial: list[int], wanted: list[list[int]], batches: list[list[tuple[int, Happening]]]
) -> None:
    warehouse = await Warehouse.of(db, *initial)
    orders = [warehouse.order(*quantities) for quantities in wanted]
    for batch in batches:
        await tell(warehouse, orders, batch)
        counts = await warehouse.counts()  # checks the invariant itself
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
