"""Addresses of pictures that feeds name, in MongoDB: one document for each address and mini program.

`due_at` is when it is to be fetched. A claim puts that off for a while: if the process is killed, the picture becomes due again by itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pymongo import ASCENDING, ReturnDocument, UpdateOne

from catalog.application.picture_ports import Asked, Claimed
from catalog.domain.remote_picture import RemotePicture
from runtime.ids import NewId
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as

COLLECTION = "remote_pictures"
KEPT = timedelta(days=180)
"""How long an address is kept after it was last asked for or fetched. A feed that names it later has it fetched again."""
MAX_RUNS = 5
"""Runs that get the outcome of one attempt."""
WAITS: Document = {"due_at": {"$exists": True}}


class MongoRemotePictures:
    """Implements `RemotePictures`."""

    def __init__(self, db: Database, new_id: NewId) -> None:
        self._pictures = db[COLLECTION]
        self._new_id = new_id

    async def prepare(self) -> None:
        """Make the indexes; idempotent."""
        by_server = [("owner_id", ASCENDING), ("host", ASCENDING), ("due_at", ASCENDING)]
        for keys in (by_server, [("due_at", ASCENDING)]):
            await self._pictures.create_index(keys, partialFilterExpression=WAITS)
        await self._pictures.create_index("at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def known(self, mini_program_id: str, urls: Collection[str]) -> Mapping[str, RemotePicture]:
        """Those of the addresses that were named before."""
        if not urls:
            return {}
        found = self._pictures.find({"_id": {"$in": [_id(mini_program_id, url) for url in urls]}})
        return {document["url"]: _read(document) async for document in found}

    async def ask(self, asked: Sequence[Asked], now: datetime) -> None:
        """Queue each picture. One that is queued already keeps its place, and this run gets its outcome too. Idempotent for a run."""
        await self._pictures.bulk_write(
            [
                UpdateOne({"_id": _id(one.mini_program_id, one.url)}, _asking(one, now), upsert=True)
                for one in asked
            ]
        )

    async def owners(self, now: datetime) -> Sequence[str]:
        """The owners with pictures that are due."""
        return list(await self._pictures.distinct("owner_id", {"due_at": {"$lte": now}}))

    async def next_due(self) -> datetime | None:
        """When the next picture is due; None if none is queued."""
        found = await self._pictures.find_one(WAITS, {"due_at": 1}, sort=[("due_at", ASCENDING)])
        return found["due_at"] if found is not None else None

    async def claim(
        self, owner_id: str, after: str, besides: Collection[str], now: datetime, lease: timedelta
    ) -> Claimed | None:
        """Claim a picture of this owner, from the server after that one, and count an attempt. It is due again after `lease`, unless
        the claim ends."""
        elsewhere = {"$nin": list(besides)}
        for hosts in ({"$gt": after, **elsewhere}, elsewhere):
            found = await self._pictures.find_one_and_update(
                {"owner_id": owner_id, "host": hosts, "due_at": {"$lte": now}},
                {"$set": {"due_at": now + lease, "claim": self._new_id()}, "$inc": {"attempts": 1}},
                sort=[("host", ASCENDING), ("due_at", ASCENDING)],
                return_document=ReturnDocument.AFTER,
            )
            if found is not None:
                return Claimed(_read(found), found["host"])
        return None

    async def renew(self, pictures: Collection[RemotePicture], until: datetime) -> None:
        """Renew these claims until then. Claims that have ended, or that others have taken over, stay as they are."""
        ids = [_id(picture.mini_program_id, picture.url) for picture in pictures]
        ours = {"_id": {"$in": ids}, "claim": {"$in": [picture.claim for picture in pictures]}}
        await self._pictures.update_many(ours, {"$set": {"due_at": until}})

    async def save(self, picture: RemotePicture) -> None:
        """Store what was found; the claim goes on."""
        fields: Document = {
            "sha256": picture.sha256,
            "etag": picture.etag,
            "last_modified": picture.last_modified,
            "fetched_at": picture.fetched_at,
            "at": picture.fetched_at,
        }
        await self._pictures.update_one(_claimed(picture), {"$set": fields})

    async def end(self, pictures: Sequence[RemotePicture], due_at: datetime | None = None) -> None:
        """End the claims: with the next attempt at `due_at`, or without one. A claim that others have taken over is left to them."""
        await self._pictures.bulk_write(
            [UpdateOne(_claimed(picture), _ending(picture, due_at)) for picture in pictures], ordered=False
        )


def _asking(one: Asked, now: datetime) -> list[Document]:
    """The update of one address. It changes nothing for a run that already got the outcome. If the picture is being fetched, or is
    queued for this run already, the run only gets the outcome. Otherwise a first attempt is due now."""
    runs: Document = {"$ifNull": ["$runs", []]}
    is_claimed: Document = {"$ne": [{"$type": "$claim"}, "missing"]}
    at_rest: Document = {"$eq": [{"$type": "$due_at"}, "missing"]}
    has_picture: Document = {"$ne": [{"$ifNull": ["$sha256", None]}, None]}
    arrived: Any = False if one.known else has_picture
    over = {"$and": [at_rest, {"$eq": ["$last_run", one.run_id]}, {"$not": [arrived]}]}
    stays = {"$or": [is_claimed, over, {"$and": [{"$not": [at_rest]}, {"$in": [one.run_id, runs]}]}]}
    joined = {"$slice": [{"$setUnion": [runs, [one.run_id]]}, -MAX_RUNS]}

    def unless_it_stays(field: str, value: Any) -> Document:
        return {"$cond": [stays, f"${field}", value]}

    return [
        {
            "$set": {
                "mini_program_id": one.mini_program_id,
                "url": one.url,
                "host": _host_of(one.url),
                "owner_id": one.owner_id,
                "asked_at": unless_it_stays("asked_at", now),
                "at": unless_it_stays("at", now),
                "attempts": unless_it_stays("attempts", 0),
                "due_at": unless_it_stays("due_at", now),
                "runs": {"$cond": [over, "$runs", joined]},
                "asks": {"$add": [{"$ifNull": ["$asks", 0]}, {"$cond": [over, 0, 1]}]},
                "last_run": one.run_id,
            }
        }
    ]


def _host_of(url: str) -> str:
    """The server, in one spelling. Empty for an address that cannot be read, and therefore not be called."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ""
    return f"{(parts.hostname or '').rstrip('.')}:{port}"


def _ending(picture: RemotePicture, due_at: datetime | None) -> list[Document]:
    fields: Document = {"failed": picture.failed, "attempts": picture.attempts, "claim": "$$REMOVE"}
    if due_at is not None:
        return [{"$set": {**fields, "due_at": due_at}}]
    same = {"$eq": ["$asks", picture.asks]}
    again = {
        "due_at": {"$cond": [same, "$$REMOVE", "$$NOW"]},
        "attempts": {"$cond": [same, picture.attempts, 0]},
        "runs": {"$cond": [same, [], "$runs"]},
    }
    return [{"$set": {**fields, **again}}]


def _claimed(picture: RemotePicture) -> Document:
    return {"_id": _id(picture.mini_program_id, picture.url), "claim": picture.claim}


def _id(mini_program_id: str, url: str) -> str:
    return hashlib.sha256(f"{mini_program_id} {url}".encode()).hexdigest()[:40]


def _read(document: Document) -> RemotePicture:
    return read_as(RemotePicture, document, runs=tuple(document.get("runs", ())))
