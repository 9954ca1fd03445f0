"""The catalog's collections and indexes. Transactions and change streams need the collections to exist."""

from __future__ import annotations

from pymongo import ASCENDING
from pymongo.errors import CollectionInvalid

from catalog.adapters.mongo_reservations import HELD
from runtime.mongo.client import Database

COLLECTIONS = ("mini_programs", "products", "videos", "stock", "reservations", "adjustments")


async def prepare_collections(db: Database) -> None:
    """Create what is missing. Documents are found by id, except by owners' lists and when terms spread."""
    existing = set(await db.list_collection_names())
    for name in COLLECTIONS:
        if name not in existing:
            try:
                await db.create_collection(name)
            except CollectionInvalid:
                continue  # another replica was quicker
    await db["mini_programs"].create_index([("owner.owner_id", ASCENDING)])
    await db["reservations"].create_index([("expires_at", ASCENDING)], partialFilterExpression=HELD)
    await db["products"].create_index([("mini_program_id", ASCENDING)])
