"""What `anchorage audit` examines: the documents and the events of the order path."""

from __future__ import annotations

from dataclasses import dataclass, field

from anchorage_cli.installation import Installation
from anchorage_cli.rebuild import RebuiltOrder, rebuild
from anchorage_cli.streams import records
from contracts.envelope import BadEnvelope
from contracts.event import Event
from contracts.registry import all_events
from contracts.topics import ORDERS, PAYMENTS
from runtime.consuming.records import read_event
from runtime.mongo.client import Document, connect, database


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that the audit reads: documents as MongoDB has them, orders with the name of their collection."""

    orders: dict[str, tuple[str, Document]]
    stock: list[Document]
    trades: dict[str, Document]
    ledger: list[Document]
    rebuilt: dict[str, RebuiltOrder]
    mini_programs: list[Document] = field(default_factory=list)
    histories: dict[str, Document] = field(default_factory=dict)
    """The drafts and versions of mini programs by their ids."""
    reviews: list[Document] = field(default_factory=list)
    """What buyers wrote, without the words."""
    coupons: dict[str, Document] = field(default_factory=dict)
    """By their ids, as statements and payouts."""
    statements: dict[str, Document] = field(default_factory=dict)
    payouts: dict[str, Document] = field(default_factory=dict)
    owner_payments: list[Document] = field(default_factory=list)


async def read_snapshot(where: Installation) -> Snapshot:
    """The databases of checkout, catalog and payment, and the streams, as they are at this moment."""
    client = connect(where.mongodb)
    try:
        checkout = database(client, where.prefix + "checkout")
        orders: dict[str, tuple[str, Document]] = {}
        for name in await checkout.list_collection_names(filter={"name": {"$regex": "^orders_"}}):
            async for order in checkout[name].find({}, {"outbox": 0, "address": 0}):
                orders[order["_id"]] = (name, order)
        catalog = database(client, where.prefix + "catalog")
        payment = database(client, where.prefix + "payment")
        return Snapshot(
            orders,
            await catalog["stock"].find().to_list(),
            {trade["_id"]: trade async for trade in payment["trades"].find({}, {"outbox": 0})},
            await payment["ledger"].find().to_list(),
            rebuild(await _events(where)),
            await catalog["mini_programs"].find({}, {"outbox": 0}).to_list(),
            {one["_id"]: one async for one in catalog["version_histories"].find({}, {"outbox": 0})},
            await checkout["reviews"].find({}, {"outbox": 0, "text.text": 0, "answer": 0}).to_list(),
            {one["_id"]: one async for one in checkout["coupons"].find({}, {"outbox": 0})},
            {one["_id"]: one async for one in payment["statements"].find()},
            {one["_id"]: one async for one in payment["payouts"].find({}, {"outbox": 0})},
            await payment["owner_payments"].find({}, {"outbox": 0}).to_list(),
        )
    finally:
        await client.close()


async def _events(where: Installation) -> list[Event]:
    found = []
    for topic in (ORDERS, PAYMENTS):
        wanted = {event.type_name(): event for event in all_events() if event.topic == topic}
        async for record in records(where, where.prefix + topic.name):
            try:
                delivery = read_event(record, wanted)
            except (BadEnvelope, ValueError):
                continue  # a poison record: consumers have moved it to the dead letters
            if delivery is not None:
                found.append(delivery.event)
    return found
