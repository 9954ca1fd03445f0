"""A lease in MongoDB: of several replicas, one at a time does a job.

The end of a lease is a time of the database, so the clocks of the replicas do not matter. A holder that was paused may overlap
with its successor for a moment, so the work under a lease must be idempotent. The `fence` number grows with every new holder
and guards what may not go backwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from runtime.mongo.client import Database

LENGTH = timedelta(seconds=6)
NEVER = datetime.min.replace(tzinfo=UTC)


class Lease:
    """The right to do the job `name`, for `length` at a time. `monotonic` measures seconds on this machine."""

    def __init__(
        self,
        db: Database,
        name: str,
        holder: str,
        length: timedelta = LENGTH,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._leases = db["leases"]
        self._name = name
        self._holder = holder
        self._monotonic = monotonic
        self.length = length
        self.fence = 0
        self._until = float("-inf")

    @property
    def held(self) -> bool:
        """Whether the lease is certainly ours: a holder that slept through its time notices by itself."""
        return self.remaining > 0

    @property
    def remaining(self) -> float:
        """For how many seconds it is certainly ours, 0 when it is not."""
        return max(0.0, self._until - self._monotonic())

    async def acquire(self) -> bool:
        """Acquire or renew the lease; False while another holder has it.

        An end further away than `length` was set before the database's clock was put back, and counts as free.
        """
        asked_at = (
            self._monotonic()
        )  # the database counts from later on, so we never believe in it for too long
        until = {"$ifNull": ["$until", NEVER]}
        end = {"$add": ["$$NOW", int(self.length / timedelta(milliseconds=1))]}
        mine = {"$eq": ["$holder", self._holder]}
        free = {"$or": [mine, {"$lte": [until, "$$NOW"]}, {"$gt": [until, end]}]}
        fence = {"$ifNull": ["$fence", 0]}
        change = {
            "holder": {"$cond": [free, self._holder, "$holder"]},
            "until": {"$cond": [free, end, "$until"]},
            "fence": {"$cond": [{"$or": [mine, {"$not": free}]}, fence, {"$add": [fence, 1]}]},
        }
        lease = await self._leases.find_one_and_update(
            {"_id": self._name}, [{"$set": change}], upsert=True, return_document=ReturnDocument.AFTER
        )
        if lease is None or lease["holder"] != self._holder:
            self._until = float("-inf")
            return False
        self.fence = lease["fence"]
        self._until = asked_at + self.length.total_seconds()
        return True

    async def keep(self) -> bool:
        """Renew the lease once half of it is over; False when it was lost, even if it is ours again. For work that may take
        longer than the lease."""
        if self.remaining > self.length.total_seconds() / 2:
            return True
        fence = self.fence
        return await self.acquire() and self.fence == fence

    async def release(self) -> None:
        """Let the next replica have the lease at once; when the database is unavailable, it runs out by itself."""
        self._until = float("-inf")
        with suppress(PyMongoError):
            await self._leases.update_one(
                {"_id": self._name, "holder": self._holder}, [{"$set": {"until": "$$NOW"}}]
            )
