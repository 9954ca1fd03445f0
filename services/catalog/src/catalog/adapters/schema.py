"""The catalog's collections and indexes, made before anything is written: transactions and streams find them there."""

from __future__ import annotations

from pymongo import ASCENDING
from pymongo.errors import CollectionInvalid

from runtime.mongo.client import Database

COLLECTIONS = ("mini_programs", "products", "videos", "stock", "reservations", "adjustments")


async def prepare_collections(db: Database) -> None:
    """Make what is missing. Documents are found by id; only owners' lists and spreading terms ask otherwise."""
    there = set(await db.list_collection_names())
    for name in COLLECTIONS:
        if name not in there:
            try:
                await db.create_collection(name)
            except CollectionInvalid:
                continue  # another replica was quicker
    await db["mini_programs"].create_index([("owner.owner_id", ASCENDING)])
    await db["products"].create_index([("mini_program_id", ASCENDING)])
