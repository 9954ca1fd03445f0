"""A lease in MongoDB: of several replicas, one does a thing at a time.

A holder that was paused may overlap with its successor for a moment, so what is done under a lease must bear being done
twice; the `fence` number grows with every holder and guards what may not go backwards.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

from runtime.clock import Clock
from runtime.mongo import Database


class Lease:
    """The right to do `name`, for `length` at a time."""

    def __init__(
        self, db: Database, name: str, holder: str, clock: Clock, length: timedelta = timedelta(seconds=6)
    ) -> None:
        self._leases = db["leases"]
        self._name = name
        self._holder = holder
        self._clock = clock
        self.length = length
        self.fence = 0
        self._until = datetime.min.replace(tzinfo=UTC)

    @property
    def held(self) -> bool:
        """Whether it is ours for certain: a holder that slept through its time finds out by its own clock."""
        return self._clock() < self._until

    async def take(self) -> bool:
        """Take or renew it; False while another holder has it."""
        now = self._clock()
        mine_or_over = {"_id": self._name, "$or": [{"holder": self._holder}, {"until": {"$lte": now}}]}
        new_fence = {
            "$cond": [{"$eq": ["$holder", self._holder]}, "$fence", {"$add": [{"$ifNull": ["$fence", 0]}, 1]}]
        }
        change = [{"$set": {"fence": new_fence, "holder": self._holder, "until": now + self.length}}]
        try:
            lease = await self._leases.find_one_and_update(
                mine_or_over, change, upsert=True, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            self._until = now
            return False
        self.fence = lease["fence"] if lease is not None else 0
        self._until = now + self.length
        return True

    async def release(self) -> None:
        """Let the next one have it at once; where the database cannot be reached, it ends by itself."""
        self._until = self._clock()
        with suppress(PyMongoError):
            await self._leases.update_one(
                {"_id": self._name, "holder": self._holder}, {"$set": {"until": self._clock()}}
            )
