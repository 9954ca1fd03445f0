"""Owners in MongoDB, each with its outbox."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any

from pymongo.errors import DuplicateKeyError

from alike.names import KEY_EDITION, keys_of, name_key
from identity.domain.errors import NameTaken
from identity.domain.names import names_of
from identity.domain.owners import Application, Contact, Owner, PastApplication, Reason
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.mongo.writes import KeyTaken
from runtime.outbox.changes import Decide, Result
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "owners"
BRAND_KEY = "brand_key"
"""Unique among the owners that have it."""
SHOWN = Shown(
    "owner",
    ("name", "kind", "status", "reasons", "application.name", "application.kind", "shares_name"),
    owner_field="_id",
)
"""Without contact and statement, which tell of people."""


class MongoOwners(VersionedStore[Owner]):
    """Implements `OwnerStore`. An owner's events carry the whole owner, so the outbox keeps those of the last change."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._owners = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._owners, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,)
        )
        super().__init__(
            Codec(
                _read,
                lambda owner: _write(owner) | {CHANGED_AT: recorder.clock()},
                optional=frozenset({BRAND_KEY}),
            ),
            recorder,
            lambda _: self._owners,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def prepare(self) -> None:
        """Make the indexes of lists and names, and bring the keys that an older version stored up to date."""
        await self._lists.prepare()
        await self._owners.create_index([("status", 1), ("_id", 1)])
        await self._owners.create_index([("status", 1), *ORDER])
        await self._owners.create_index(ORDER)
        await self._owners.create_index("name_keys")
        await self._owners.create_index(BRAND_KEY, unique=True, sparse=True)
        older = {"$or": [{"key_edition": {"$ne": KEY_EDITION}}, {"shares_name": {"$exists": False}}]}
        async for document in self._owners.find(older, {OUTBOX_FIELD: 0}).sort("_id", 1):
            await self._renew_keys(_read(document))

    async def _renew_keys(self, owner: Owner) -> None:
        """Of two brands that an older version verified under one name, the second shares it."""
        as_read = {"_id": owner.owner_id, "version": owner.version}
        for one in (owner, replace(owner, shares_name=True)):
            fields = _keys(one) | {"shares_name": one.shares_name}
            gone = {} if BRAND_KEY in fields else {"$unset": {BRAND_KEY: ""}}
            with suppress(DuplicateKeyError):
                await self._owners.update_one(as_read, {"$set": fields, **gone})
                return

    async def change(self, aggregate_id: str, decide: Decide[Owner]) -> Result[Owner]:
        """Store the outcome of a decision. Raises NameTaken if another brand of this name was verified at the same moment."""
        try:
            return await super().change(aggregate_id, decide)
        except KeyTaken:
            raise NameTaken(
                "Another owner was verified as a brand at the same moment, under a name that reads or sounds the same."
            ) from None

    async def page(self, status: str | None, asked: Asked, limit: int) -> Part[Owner]:
        """At most `limit` owners with this status (any, for None)."""
        wanted: Document = {"status": status} if status is not None else {}
        return (await self._lists.page(wanted, asked, limit)).each(_read)

    async def suspended(self) -> list[str]:
        """The ids of all that are suspended."""
        found = self._owners.find({"status": "suspended"}, {"_id": 1}).sort("_id", 1)
        return [document["_id"] async for document in found]

    async def named(self, keys: Sequence[str], limit: int) -> list[Owner]:
        """At most `limit` owners that have, or apply for, a name with one of these keys; verified ones first."""
        wanted = {"name_keys": {"$in": list(keys)}}
        found = self._owners.find(wanted, {OUTBOX_FIELD: 0}).sort([("status", -1), ("_id", 1)]).limit(limit)
        return [_read(document) async for document in found]

    async def brands_within(self, keys: Sequence[str]) -> list[Owner]:
        """The verified brands, suspended ones among them, whose key is one of these or a part of one."""
        held = [{"$gte": [{"$indexOfCP": [key, "$name_key"]}, 0]} for key in keys]
        brands = {"status": {"$in": ["verified", "suspended"]}, "kind": "brand", "name_key": {"$gt": ""}}
        found = self._owners.find(brands | {"$expr": {"$or": held}}, {OUTBOX_FIELD: 0})
        return [owner async for document in found if (owner := _read(document)).is_brand]


def _read(document: Document) -> Owner:
    applied = document["application"]
    return Owner(
        document["_id"],
        document["name"],
        document["kind"],
        read_as(Contact, document["contact"]),
        document["status"],
        tuple(read_as(Reason, reason) for reason in document["reasons"]),
        _application(applied) if applied else None,
        document.get("applied_at"),
        tuple(map(_past, document.get("history", ()))),
        document["status_before"],
        document["version"],
        document.get("shares_name", False),
    )


def _application(fields: dict[str, Any]) -> Application:
    return Application(
        fields["name"], fields["kind"], read_as(Contact, fields["contact"]), fields["statement"]
    )


def _past(fields: dict[str, Any]) -> PastApplication:
    reasons = tuple(Reason(**reason) for reason in fields["reasons"])
    return PastApplication(
        **(fields | {"application": _application(fields["application"]), "reasons": reasons})
    )


def _write(owner: Owner) -> Document:
    fields = asdict(owner)
    history = [past | {"reasons": list(past["reasons"])} for past in fields["history"]]
    return {
        "_id": fields.pop("owner_id"),
        **fields,
        **_keys(owner),
        "reasons": list(fields["reasons"]),
        "history": history,
    }


def _keys(owner: Owner) -> Document:
    """By which its names are found; and the one that no other verified brand has, unless it shares its name."""
    key = name_key(owner.name)
    brand = {BRAND_KEY: key} if key and owner.is_brand and not owner.shares_name else {}
    keys = keys_of(names_of(owner).values())
    return {"name_key": key, "name_keys": keys, "key_edition": KEY_EDITION, **brand}
