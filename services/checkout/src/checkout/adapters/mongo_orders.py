"""Orders in MongoDB: one collection for each mini program, found by the order's id alone."""

from __future__ import annotations

from collections.abc import Sequence

from cachetools import LRUCache

from checkout.adapters.order_codec import changing_fields, document_of, order_of
from checkout.domain.errors import SlotTaken
from checkout.domain.order import Order
from checkout.domain.order_id import mini_program_of
from runtime.mongo.client import Database, with_prefix
from runtime.mongo.writes import KeyTaken
from runtime.outbox.changes import Change
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import Collection, VersionedStore

PREFIX = "orders_"
COLLECTIONS = with_prefix(PREFIX)
WITHOUT_OUTBOX = {OUTBOX_FIELD: 0}
SHOWN = Shown(
    "order",
    (
        "status", "refunded_total", "refunds.*.refund_id", "refunds.*.status", "refunds.*.amount", "shipments.*.shipment_id",
        "shipments.*.carrier", "shipments.*.lines",
    ),
)  # fmt: skip
"""Without reasons, notes and tracking numbers: they tell of the buyer."""
MAX_COLLECTIONS = 1_000
"""How many collection objects are kept in memory: PyMongo takes long to make one, and a write uses it several times."""


class OrderCollections:
    """The collection of each mini program's orders."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known = LRUCache[str, Collection](MAX_COLLECTIONS)

    def of(self, mini_program_id: str) -> Collection:
        """The id must come from the registry or from an order id."""
        collection = self._known.get(mini_program_id)
        if collection is None:
            collection = self._known[mini_program_id] = self._db[PREFIX + mini_program_id]
        return collection

    async def mini_programs(self) -> list[str]:
        """The mini programs that have a collection."""
        names = await self._db.list_collection_names(filter={"name": COLLECTIONS})
        return [name.removeprefix(PREFIX) for name in names]

    def of_order(self, order_id: str) -> Collection | None:
        """None if this is not one of our order ids."""
        mini_program_id = mini_program_of(order_id)
        return self.of(mini_program_id) if mini_program_id is not None else None


class MongoOrders(VersionedStore[Order]):
    """Orders with their events. The order last written is cached, because its next fact usually arrives within seconds; the
    version check catches a stale copy. Each write stamps `changed_at`, by which lists follow the changes.
    """

    def __init__(self, collections: OrderCollections, recorder: Recorder) -> None:
        codec = Codec(
            order_of,
            lambda order: {**document_of(order), "changed_at": recorder.clock()},
            lambda order: {**changing_fields(order), "changed_at": recorder.clock()},
        )
        super().__init__(codec, recorder, collections.of_order, cache=True, shown=SHOWN)

    async def insert(self, new: Sequence[Change[Order]], /) -> list[bool | Exception]:
        outcomes = await super().insert(new)
        return [SlotTaken(str(o)) if isinstance(o, KeyTaken) else o for o in outcomes]
