"""The catalog's collections and indexes. Transactions and change streams need the collections to exist."""

from __future__ import annotations

from pymongo import ASCENDING
from pymongo.errors import CollectionInvalid

from catalog.adapters.mongo_creators import COLLECTION as CREATORS
from catalog.adapters.mongo_host_settings import COLLECTION as HOST_SETTINGS
from catalog.adapters.mongo_pictures import COLLECTION as PICTURES
from catalog.adapters.mongo_promotions import COLLECTION as PROMOTIONS
from catalog.adapters.mongo_reservations import HELD
from catalog.adapters.mongo_testers import COLLECTION as TESTERS
from catalog.adapters.mongo_version_histories import COLLECTION as HISTORIES
from runtime.mongo.client import Database

COLLECTIONS = (
    "mini_programs",
    "products",
    "videos",
    "stock",
    "reservations",
    "adjustments",
    HISTORIES,
    HOST_SETTINGS,
    PICTURES,
    PROMOTIONS,
    CREATORS,
    TESTERS,
)

UNVERSIONED = {"version": {"$exists": False}}


async def prepare_collections(db: Database) -> None:
    """Create what is missing. Documents are found by id, except by owners' lists and when terms spread."""
    existing = set(await db.list_collection_names())
    for name in COLLECTIONS:
        if name not in existing:
            try:
                await db.create_collection(name)
            except CollectionInvalid:
                continue  # another replica was quicker
    await db[HOST_SETTINGS].update_many(UNVERSIONED, {"$set": {"version": 1}})
    await db["mini_programs"].create_index([("owner.owner_id", ASCENDING)])
    await db[HISTORIES].create_index([("versions.status", ASCENDING), ("_id", ASCENDING)])
    await db[HISTORIES].create_index([("versions.content.requested_hosts", ASCENDING), ("_id", ASCENDING)])
    await db["reservations"].create_index([("expires_at", ASCENDING)], partialFilterExpression=HELD)
