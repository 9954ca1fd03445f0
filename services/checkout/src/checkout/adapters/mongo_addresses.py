"""Saved addresses in MongoDB: one document for each buyer and mini program."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pymongo import DESCENDING
from pymongo.errors import DuplicateKeyError

from checkout.domain.account import Book, SavedAddress, with_older
from checkout.domain.purchase import Address
from runtime.errors import WriteConflict
from runtime.mongo.client import Database, Document

MAX_ATTEMPTS = 10


class MongoAddresses:
    """Implements the port Addresses."""

    def __init__(self, db: Database) -> None:
        self._books = db["address_books"]
        self._single = db["addresses"]

    async def take_over(self) -> None:
        """Move the addresses of the collection `addresses`, a document each, into their buyers' books, older than what is
        there. Idempotent; none is removed before its book has it."""
        buyers = {"openid": "$openid", "mini_program_id": "$mini_program_id"}
        async for group in await self._single.aggregate([{"$group": {"_id": buyers}}]):
            buyer = group["_id"]
            documents = await self._single.find(buyer).sort("created_at", DESCENDING).to_list()
            older = [_saved({"address_id": d["_id"], "is_default": False, **d}) for d in documents]
            decide = partial(with_older, older=older)
            await self.change(buyer["mini_program_id"], buyer["openid"], decide)
            await self._single.delete_many({"_id": {"$in": [d["_id"] for d in documents]}})

    async def all(self, mini_program_id: str, openid: str) -> Book:
        return (await self._read(_key(mini_program_id, openid)))[0]

    async def get(self, mini_program_id: str, openid: str, address_id: str) -> Address | None:
        book = await self.all(mini_program_id, openid)
        return next((saved.address for saved in book if saved.address_id == address_id), None)

    async def change(self, mini_program_id: str, openid: str, decide: Callable[[Book], Book]) -> None:
        key = _key(mini_program_id, openid)
        for _ in range(MAX_ATTEMPTS):
            book, version = await self._read(key)
            after = decide(book)
            if after == book or await self._write(key, after, version):
                return
        raise WriteConflict("the addresses are being changed by others")

    async def _read(self, key: str) -> tuple[Book, int]:
        """The addresses and their version; 0 if none were saved yet."""
        document = await self._books.find_one({"_id": key})
        if document is None:
            return (), 0
        return tuple(_saved(saved) for saved in document["addresses"]), document["version"]

    async def _write(self, key: str, book: Book, version: int) -> bool:
        """Whether no other write came in between."""
        fields = {"addresses": [_fields(saved) for saved in book], "version": version + 1}
        if version == 0:
            try:
                await self._books.insert_one({"_id": key, **fields})
            except DuplicateKeyError:
                return False
            return True
        result = await self._books.update_one({"_id": key, "version": version}, {"$set": fields})
        return result.matched_count == 1


def _key(mini_program_id: str, openid: str) -> str:
    return f"{mini_program_id}:{openid}"


def _fields(saved: SavedAddress) -> Document:
    address = saved.address
    return {
        "address_id": saved.address_id,
        "recipient": address.recipient,
        "phone": address.phone,
        "region": address.region,
        "street": address.street,
        "is_default": saved.is_default,
        "key": saved.key,
        "fingerprint": saved.fingerprint,
        "version": saved.version,
    }


def _saved(d: Document) -> SavedAddress:
    address = Address(d["recipient"], d["phone"], d["region"], d["street"])
    return SavedAddress(
        d["address_id"], address, d["is_default"], d.get("key"), d.get("fingerprint"), d.get("version", 1)
    )
