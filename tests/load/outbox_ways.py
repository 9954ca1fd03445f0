"""Two ways to make a state and its event durable together, measured side by side (ADR 0001).

    python tests/load/outbox_ways.py [mongodb uri]

`slot`: the event lies inside the aggregate, one single-document write. `transaction`: the aggregate and a row of an outbox
collection, in one transaction. Both with majority writes, from 16 writers at once, in turns, so that both see the same
machine. Prints the median over the turns of changes a second, of the time for one, and of CPU for one: mongod's and ours.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import psutil

from contracts.checkout import OrderCompleted
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Database, connect, database
from runtime.outbox.recorder import Recorder

TURNS = 7
WRITES = 600
WRITERS = 16
RECORDER = Recorder(system_clock, random_id)

Write = Callable[[str], Awaitable[None]]


def event(order_id: str, version: int) -> OrderCompleted:
    """A small event, as most are."""
    return OrderCompleted(version=version, order_id=order_id, mini_program_id="mp1", at=system_clock())


def slot_way(db: Database) -> Write:
    """Place an order, then change it, each with its event inside."""

    async def write(order_id: str) -> None:
        placed = {"_id": order_id, "version": 1, "outbox": RECORDER.slots(1, [event(order_id, 1)])}
        await db["slot_orders"].insert_one(placed)
        added = RECORDER.updates(2, [event(order_id, 2)])
        await db["slot_orders"].update_one({"_id": order_id, "version": 1}, {"$set": {"version": 2, **added}})

    return write


def transaction_way(db: Database) -> Write:
    """The same two changes, each with a row of an outbox collection in one transaction."""
    orders, outbox = db["tx_orders"], db["tx_outbox"]

    async def write(order_id: str) -> None:
        async with db.client.start_session() as session:
            async with await session.start_transaction():
                await orders.insert_one({"_id": order_id, "version": 1}, session=session)
                [row] = RECORDER.slots(1, [event(order_id, 1)]).values()
                await outbox.insert_one(row, session=session)
            async with await session.start_transaction():
                await orders.update_one(
                    {"_id": order_id, "version": 1}, {"$set": {"version": 2}}, session=session
                )
                [row] = RECORDER.slots(2, [event(order_id, 2)]).values()
                await outbox.insert_one(row, session=session)

    return write


async def measure(write: Write, server: psutil.Process | None) -> tuple[float, ...]:
    """Changes a second; for a change: median milliseconds, the server's and our own CPU milliseconds."""
    ids = iter([random_id() for _ in range(WRITES)])
    times: list[float] = []

    async def writer() -> None:
        for order_id in ids:
            started = time.perf_counter()
            await write(order_id)
            times.append((time.perf_counter() - started) / 2)

    before, own, started = _cpu(server), time.process_time(), time.perf_counter()
    await asyncio.gather(*(writer() for _ in range(WRITERS)))
    changes = 2 * WRITES
    seconds = time.perf_counter() - started
    return (
        changes / seconds,
        statistics.median(times) * 1000,
        (_cpu(server) - before) / changes * 1000,
        (time.process_time() - own) / changes * 1000,
    )


def _cpu(server: psutil.Process | None) -> float:
    spent = server.cpu_times() if server else None
    return spent.user + spent.system if spent else 0.0


def _server(port: int) -> psutil.Process | None:
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "mongod" and str(port) in (process.info["cmdline"] or []):
            return process
    return None


async def main(uri: str) -> None:
    """Measure both ways in turns and print the medians."""
    client = connect(uri)
    db = database(client, f"outbox_ways_{random_id()[:6]}")
    ways = {"slot": slot_way(db), "transaction": transaction_way(db)}
    for name in ("slot_orders", "tx_orders", "tx_outbox"):
        await db.create_collection(name)
    server = _server((await client.address or ("", 0))[1])
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in ways}
    try:
        for turn in range(TURNS + 1):
            for name, write in ways.items():
                figures = await measure(write, server)
                if turn:  # the first warms up
                    found[name].append(figures)
    finally:
        await client.drop_database(db.name)
        await client.close()
    print(f"{TURNS} turns of {2 * WRITES} changes, {WRITERS} writers")
    for name, turns in found.items():
        rate, wall, theirs, ours = (statistics.median(column) for column in zip(*turns, strict=True))
        print(
            f"{name:12} {rate:6.0f} changes/s {wall:6.1f} ms each; CPU mongod {theirs:.2f} ms, ours {ours:.2f} ms"
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "mongodb://127.0.0.1:27017/?replicaSet=rs0"))
