"""What the audit log costs a write: the same change of an aggregate with and without an acting client, in turns.

    python tests/load/acted_writes.py [mongodb uri]

Without one, the change is a single-document write. With one, it and its entry are one transaction. Both with majority writes, one
after another. Prints the median over the turns of the time for one change, of 16 changes at once, and of the ratio within a turn.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from dataclasses import asdict, dataclass, replace

from contracts.audit import Actor
from runtime.acting import Action, acting
from runtime.clock import system_clock
from runtime.ids import random_id
from runtime.mongo.client import Document, connect, database
from runtime.outbox.changes import Change
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

TURNS = 7
WRITES = 24
WRITERS = 16
CLIENT = Action(
    "edit_shelf", Actor(client_id="client-1", scope="owner", subject_id="owner-1", role="catalogue")
)


@dataclass(frozen=True)
class Shelf:
    """An aggregate with a title that changes."""

    shelf_id: str
    title: str = "Poems"
    version: int = 1


def read(document: Document) -> Shelf:
    """A shelf in its document."""
    return Shelf(document["_id"], document["title"], document["version"])


def write(shelf: Shelf) -> Document:
    """The document of a shelf."""
    fields = asdict(shelf)
    return {"_id": fields.pop("shelf_id"), **fields}


def retitled(shelf: Shelf | None) -> Change[Shelf]:
    """The next version of the shelf."""
    if shelf is None:
        raise LookupError("the shelf is gone")
    return Change(replace(shelf, title=f"Volume {shelf.version}", version=shelf.version + 1))


async def turn(store: VersionedStore[Shelf], action: Action | None) -> tuple[float, float]:
    """Milliseconds for one change, and for one round of WRITERS changes of as many shelves at once."""
    shelves = [random_id() for _ in range(WRITERS)]
    await store.insert([Change(Shelf(shelf_id)) for shelf_id in shelves])
    with acting(action):
        started = time.perf_counter()
        for _ in range(WRITES):
            await store.change(shelves[0], retitled)
        one = (time.perf_counter() - started) / WRITES
        started = time.perf_counter()
        for _ in range(WRITES // 8):
            await asyncio.gather(*(store.change(shelf_id, retitled) for shelf_id in shelves))
        together = (time.perf_counter() - started) / (WRITES // 8)
    return one * 1000, together * 1000


async def main(uri: str) -> None:
    """Measure both in turns and print the medians."""
    client = connect(uri)
    db = database(client, f"acted_writes_{random_id()[:6]}")
    shelves = db["shelves"]
    store = VersionedStore(
        Codec(read, write),
        Recorder(system_clock, random_id, lambda _: None, "library"),
        lambda _: shelves,
        replace_outbox=True,
        shown=Shown("shelf", ("title",)),
    )
    try:
        await turn(store, None), await turn(store, CLIENT)
        turns = [(await turn(store, None), await turn(store, CLIENT)) for _ in range(TURNS)]
    finally:
        await client.drop_database(db.name)
        await client.close()
    for n, name in enumerate(("one change", f"{WRITERS} changes at once")):
        plain, acted = ([each[way][n] for each in turns] for way in (0, 1))
        ratios = sorted(with_entry / without for with_entry, without in zip(acted, plain, strict=True))
        print(
            f"{name}: {statistics.median(plain):.2f} ms without, {statistics.median(acted):.2f} ms with an entry; "
            f"ratio {statistics.median(ratios):.2f} ({ratios[1]:.2f} to {ratios[-2]:.2f})"
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "mongodb://127.0.0.1:27017/?replicaSet=rs0"))
