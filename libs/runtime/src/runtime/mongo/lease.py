"""A lease in MongoDB: of several replicas, one at a time does a job.

A holder that was paused may overlap with its successor for a moment, so the work under a lease must be idempotent. The
`fence` number grows with every new holder and guards what may not go backwards.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from runtime.clock import Clock
from runtime.mongo.client import Database

LENGTH = timedelta(seconds=6)
NEVER = datetime.min.replace(tzinfo=UTC)


class Lease:
    """The right to do the job `name`, for `length` at a time."""

    def __init__(
        self, db: Database, name: str, holder: str, clock: Clock, length: timedelta = LENGTH
    ) -> None:
        self._leases = db["leases"]
        self._name = name
        self._holder = holder
        self._clock = clock
        self.length = length
        self.fence = 0
        self._until = NEVER

    @property
    def held(self) -> bool:
        """Whether the lease is certainly ours: a holder that slept through its time notices by its own clock."""
        return self._clock() < self._until

    async def acquire(self) -> bool:
        """Acquire or renew the lease; False while another holder has it."""
        now = self._clock()
        mine = {"$eq": ["$holder", self._holder]}
        free = {"$or": [mine, {"$lte": [{"$ifNull": ["$until", NEVER]}, now]}]}
        fence = {"$ifNull": ["$fence", 0]}
        change = {
            "holder": {"$cond": [free, self._holder, "$holder"]},
            "until": {"$cond": [free, now + self.length, "$until"]},
            "fence": {"$cond": [{"$or": [mine, {"$not": free}]}, fence, {"$add": [fence, 1]}]},
        }
        lease = await self._leases.find_one_and_update(
            {"_id": self._name}, [{"$set": change}], upsert=True, return_document=ReturnDocument.AFTER
        )
        if lease is None or lease["holder"] != self._holder:
            self._until = now
            return False
        self.fence = lease["fence"]
        self._until = now + self.length
        return True

    async def release(self) -> None:
        """Let the next replica have the lease at once; when the database is unavailable, it runs out by itself."""
        self._until = self._clock()
        with suppress(PyMongoError):
            await self._leases.update_one(
                {"_id": self._name, "holder": self._holder}, {"$set": {"until": self._clock()}}
            )
