"""What the indexes for searching orders cost: mongod's CPU for the writes of an order, and their size.

An order's life is one insert and five changes, one after the other, through checkout's own store. The variants take turns, each
with collections of its own. CPU says more than time on a busy machine.

    PYTHONPATH=services/checkout/tests python tests/load/order_indexes.py mongodb://… [--orders 300] [--rounds 5]
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from statistics import median

from checkout_support.samples import LINK, NOW, parcel, placed_order

from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_orders import MongoOrders, OrderCollections
from checkout.application.contracts_out import contracts_of
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from checkout.domain.order_id import order_id_of
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, connect, database
from runtime.outbox.changes import Change
from runtime.outbox.recorder import Recorder
from runtime.outbox.versioned_store import Collection

Step = Callable[[Order], list[OrderEvent]]

Vary = Callable[[Collection], Awaitable[object]]


async def _nothing(_: Collection) -> None:
    """As it is."""


async def _two_more(orders: Collection) -> None:
    await orders.create_index("phone_tail")
    await orders.create_index("shipments.tracking_number")


VARIANTS: dict[str, Vary] = {
    "as it is": _nothing,
    "with phone_tail and shipments.tracking_number too": _two_more,
    "without (status, placed_at)": lambda orders: orders.drop_index("status_1_placed_at_-1__id_-1"),
    "without (changed_at)": lambda orders: orders.drop_index("changed_at_1__id_1"),
}


async def main(uri: str, orders: int, rounds: int) -> None:
    client = connect(uri)
    db = database(client, f"order_indexes_{random_id()[:6]}")
    try:
        costs: dict[str, list[float]] = {name: [] for name in VARIANTS}
        for n in range(rounds + 1):
            for name, vary in VARIANTS.items():
                cost = await measure(db, vary, orders)
                costs[name] += [cost] if n else []  # the first round warms up
        print(f"CPU of mongod per order in µs: median and lowest of {rounds} rounds of {orders} orders")
        for name, found in costs.items():
            print(f"| {name} | {median(found):.0f} | {min(found):.0f} |")
        print(await sizes(db), flush=True)
    finally:
        await client.drop_database(db.name)
        await client.close()


async def measure(db: Database, vary: Vary, orders: int) -> float:
    """CPU of mongod in µs for the life of one order, in a new collection with other indexes."""
    mini_program_id = secrets.token_hex(6)
    collections = OrderCollections(db)
    await MongoOrderQueries(collections).prepare(mini_program_id)
    await vary(collections.of(mini_program_id))
    store = MongoOrders(collections, Recorder(system_clock, random_id))
    before = await cpu(db)
    for n in range(orders):
        await live(store, mini_program_id, n)
    return (await cpu(db) - before) / orders


async def live(store: MongoOrders, mini_program_id: str, n: int) -> None:
    """Placed, confirmed, payable, paid, sent, received."""
    order_id = order_id_of(mini_program_id, f"o{n}", "k")
    order = placed_order(order_id, mini_program_id=mini_program_id, openid=f"o{n}")
    order.address = replace(order.address, phone=f"138{n:08}") if order.address else None
    await store.insert([Change(order, contracts_of(order, [], NOW))])
    sent = replace(parcel(), tracking_number=secrets.token_hex(8))
    steps: Sequence[Step] = (
        lambda order: order.reserve_stock(NOW),
        lambda order: order.request_payment(LINK, NOW),
        lambda order: order.settle_payment("T1", NOW),
        lambda order: order.ship(sent),
        lambda order: order.receive(NOW),
    )
    for step in steps:

        def decide(order: Order | None, step: Step = step) -> Change[Order]:
            assert order is not None
            happened = step(order)
            return Change(order, contracts_of(order, happened, NOW))

        await store.change(order_id, decide)


async def cpu(db: Database) -> float:
    """CPU of mongod so far, in µs."""
    info = (await db.command("serverStatus"))["extra_info"]
    return float(info["user_time_us"] + info["system_time_us"])


async def sizes(db: Database) -> str:
    """Bytes of each index and order, in a collection with all indexes."""
    mini_program_id = secrets.token_hex(6)
    collections = OrderCollections(db)
    await MongoOrderQueries(collections).prepare(mini_program_id)
    store = MongoOrders(collections, Recorder(system_clock, random_id))
    count = 500
    for n in range(count):
        await live(store, mini_program_id, n)
    await db.client.admin.command("fsync")
    stats = await db.command("collStats", collections.of(mini_program_id).name)
    each = {name: round(size / count) for name, size in stats["indexSizes"].items()}
    return f"bytes per order: documents {round(stats['storageSize'] / count)} stored, indexes {each}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("uri")
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.uri, arguments.orders, arguments.rounds))
