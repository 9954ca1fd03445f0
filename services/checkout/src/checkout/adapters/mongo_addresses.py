"""Saved addresses in MongoDB."""

from __future__ import annotations

from datetime import datetime

from pymongo import ASCENDING, DESCENDING

from checkout.domain.account import MAX_ADDRESSES, SavedAddress
from checkout.domain.purchase import Address
from runtime.mongo.client import Database, Document


class MongoAddresses:
    """Implements the port Addresses."""

    def __init__(self, db: Database) -> None:
        self._addresses = db["addresses"]

    async def prepare(self) -> None:
        await self._addresses.create_index(
            [("openid", ASCENDING), ("mini_program_id", ASCENDING), ("created_at", DESCENDING)]
        )

    async def all(self, mini_program_id: str, openid: str) -> list[SavedAddress]:
        own = {"openid": openid, "mini_program_id": mini_program_id}
        found = self._addresses.find(own).sort("created_at", DESCENDING).limit(MAX_ADDRESSES)
        return [_saved(document) async for document in found]

    async def get(self, mini_program_id: str, openid: str, address_id: str) -> Address | None:
        document = await self._addresses.find_one(_key(mini_program_id, openid, address_id))
        return _saved(document).address if document is not None else None

    async def add(self, mini_program_id: str, openid: str, saved: SavedAddress, at: datetime) -> None:
        key = _key(mini_program_id, openid, saved.address_id)
        await self._addresses.insert_one({**key, **_fields(saved), "created_at": at})

    async def replace(self, mini_program_id: str, openid: str, saved: SavedAddress) -> bool:
        key = _key(mini_program_id, openid, saved.address_id)
        result = await self._addresses.update_one(key, {"$set": _fields(saved)})
        return result.matched_count == 1

    async def delete(self, mini_program_id: str, openid: str, address_id: str) -> bool:
        result = await self._addresses.delete_one(_key(mini_program_id, openid, address_id))
        return result.deleted_count == 1

    async def clear_default(self, mini_program_id: str, openid: str, *, but: str) -> None:
        others = {"openid": openid, "mini_program_id": mini_program_id, "_id": {"$ne": but}}
        await self._addresses.update_many(others, {"$set": {"is_default": False}})


def _key(mini_program_id: str, openid: str, address_id: str) -> Document:
    return {"_id": address_id, "openid": openid, "mini_program_id": mini_program_id}


def _fields(saved: SavedAddress) -> Document:
    address = saved.address
    return {
        "recipient": address.recipient,
        "phone": address.phone,
        "region": address.region,
        "street": address.street,
        "is_default": saved.is_default,
    }


def _saved(d: Document) -> SavedAddress:
    address = Address(d["recipient"], d["phone"], d["region"], d["street"])
    return SavedAddress(d["_id"], address, d.get("is_default", False))
