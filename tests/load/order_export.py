"""How much memory and time `orders.csv` takes with many orders: the rows are made by checkout's own code, and counted.

PYTHONPATH=services/checkout/tests python tests/load/order_export.py mongodb://… [--orders 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import time
from datetime import timedelta
from itertools import pairwise
from typing import Any, cast

import psutil
from checkout_support.samples import NOW, paid_order, parcel

from checkout.adapters.mongo_order_queries import MongoOrderQueries
from checkout.adapters.mongo_order_search import MongoOrderSearch
from checkout.adapters.mongo_orders import OrderCollections
from checkout.adapters.order_codec import document_of
from checkout.application.owner_orders import PORTION, OwnerOrders
from checkout.application.ports import OrderFilter
from checkout.domain.order_id import order_id_of
from checkout.http.order_csv import row_of
from runtime.ids import random_id
from runtime.mongo.client import connect, database
from runtime.web.csv_files import csv_text

BATCH = 1_000


async def main(uri: str, orders: int) -> None:
    client = connect(uri)
    db = database(client, f"order_export_{random_id()[:6]}")
    try:
        collections = OrderCollections(db)
        mini_program_id = secrets.token_hex(6)
        await MongoOrderQueries(collections).prepare(mini_program_id)
        sample = paid_order()
        sample.ship(parcel())
        document = document_of(sample) | {"mini_program_id": mini_program_id}
        for start in range(0, orders, BATCH):
            await collections.of(mini_program_id).insert_many(
                document
                | {
                    "_id": order_id_of(mini_program_id, f"o{n}", "k"),
                    "placed_at": NOW + timedelta(seconds=n // 3),
                    "changed_at": NOW + timedelta(seconds=n // 2),
                }
                for n in range(start, min(orders, start + BATCH))
            )
        search = MongoOrderSearch(collections)
        for name, filters in (
            ("all", OrderFilter()),
            ("of a status", OrderFilter(status="shipped")),
            ("updated_since", OrderFilter(updated_since=NOW)),
            ("by a word of the title", OrderFilter(text="kettle")),
        ):
            await export(
                name, OwnerOrders(cast(Any, None), search, cast(Any, None)), mini_program_id, filters
            )
    finally:
        await client.drop_database(db.name)
        await client.close()


async def export(name: str, read: OwnerOrders, mini_program_id: str, filters: OrderFilter) -> None:
    """Print memory, time and size of one file."""
    process = psutil.Process()
    before, peak, rows, size, started = process.memory_info().rss, 0, 0, 0, time.perf_counter()
    portions = [started]
    async for orders in read.all([mini_program_id], filters):
        size += len(csv_text([row_of(order, with_address=True) for order in orders]))
        rows += len(orders)
        peak = max(peak, process.memory_info().rss)
        portions.append(time.perf_counter())
    each = [after - before for before, after in pairwise(portions)]
    first, last = (sum(some) / len(some) * 1000 for some in (each[:20], each[-20:]))
    print(
        f"{name}: {rows} rows, {size / 2**20:.1f} MiB, {portions[-1] - started:.1f} s; memory {before / 2**20:.0f} MiB before, at most "
        f"{peak / 2**20:.0f} MiB; {PORTION} rows take {first:.0f} ms at first, {last:.0f} ms at the end",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("uri")
    parser.add_argument("--orders", type=int, default=100_000)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.uri, arguments.orders))
