"""A lease in MongoDB: of several replicas, one does a thing at a time.

A holder that was paused may overlap with its successor for a moment, so what is done under a lease must bear being done
twice; the `fence` number grows with every holder and guards what may not go backwards.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from runtime.clock import Clock
from runtime.mongo import Database

LENGTH = timedelta(seconds=6)
NEVER = datetime.min.replace(tzinfo=UTC)


class Lease:
    """The right to do `name`, for `length` at a time.

    `sought` tells the holder whether another reached for it within the `length` before it was taken or renewed last.
    """

    def __init__(
        self, db: Database, name: str, holder: str, clock: Clock, length: timedelta = LENGTH
    ) -> None:
        self._leases = db["leases"]
        self._name = name
        self._holder = holder
        self._clock = clock
        self.length = length
        self.fence = 0
        self.sought = False
        self._until = NEVER

    @property
    def held(self) -> bool:
        """Whether it is ours for certain: a holder that slept through its time finds out by its own clock."""
        return self._clock() < self._until

    async def take(self) -> bool:
        """Take or renew it; False while another holder has it, who then learns that somebody waits."""
        now = self._clock()
        mine = {"$eq": ["$holder", self._holder]}
        free = {"$or": [mine, {"$lte": [{"$ifNull": ["$until", NEVER]}, now]}]}
        fence = {"$ifNull": ["$fence", 0]}
        change = {
            "holder": {"$cond": [free, self._holder, "$holder"]},
            "until": {"$cond": [free, now + self.length, "$until"]},
            "fence": {"$cond": [{"$or": [mine, {"$not": free}]}, fence, {"$add": [fence, 1]}]},
            "sought": {"$cond": [free, {"$ifNull": ["$sought", NEVER]}, now]},
        }
        lease = await self._leases.find_one_and_update(
            {"_id": self._name}, [{"$set": change}], upsert=True, return_document=ReturnDocument.AFTER
        )
        if lease is None or lease["holder"] != self._holder:
            self._until = now
            return False
        self.fence = lease["fence"]
        self.sought = lease["sought"] > now - self.length
        self._until = now + self.length
        return True

    async def release(self) -> None:
        """Let the next one have it at once; where the database cannot be reached, it ends by itself."""
        self._until = self._clock()
        with suppress(PyMongoError):
            await self._leases.update_one(
                {"_id": self._name, "holder": self._holder}, {"$set": {"until": self._clock()}}
            )
