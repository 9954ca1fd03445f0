"""Rate limits: a token bucket for each caller and class of calls, one count over all gateways.

A gateway spends slices that it leases from identity, so that most calls need no other process. A bucket that is new here starts
with a slice that the first lease pays for. All gateways together admit at most (gateways - 1) slices too many.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from contracts.api.limits import LeaseAnswer, LeaseRequest, LimitClass, PublicClass
from runtime import metrics
from runtime.errors import is_unavailable
from runtime.web.problems import Problem

SLICES = 10
"""A slice is this part of a bucket's tokens."""
IDLE_SECONDS = 10.0
"""A bucket that nobody used for so long, and for its window, is forgotten: it would be full again."""
MAX_BUCKETS = 100_000
"""Above this the longest unused ones are forgotten too."""
AWAY_SECONDS = 1.0
"""After a failed lease, none is asked for during this time, so that calls do not wait for an identity that is away."""

Lend = Callable[[LeaseRequest], Awaitable[LeaseAnswer]]
"""Asks for a lease. Raises an error that `is_unavailable` knows if there is no answer."""
Seconds = Callable[[], float]
Class = LimitClass | PublicClass


@dataclass(slots=True)
class Bucket:
    """What this gateway may still spend of a caller's tokens."""

    left: int
    spent: int
    """Used without asking; charged by the next lease."""
    remaining: int
    """In the shared bucket after the last lease."""
    used_at: float
    leased_at: float
    pace: float
    """Seconds between the last two leases: how fast slices come while identity is away."""
    closed_until: float = 0.0
    leasing: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimits:
    """The buckets of this gateway. `sizes` are the tokens of each class in `window` seconds."""

    def __init__(self, sizes: Mapping[Class, int], lend: Lend, now: Seconds, window: int = 1) -> None:
        self._sizes = sizes
        self._window = window
        self._lend = lend
        self._now = now
        self._buckets: OrderedDict[tuple[str, Class], Bucket] = OrderedDict()
        self._away_until = 0.0

    async def admit(self, caller: str, limit: Class) -> None:
        """Spend a token. Raises Problem 429 if there is none."""
        bucket = self._bucket(caller, limit)
        while bucket.left < 1:
            if self._now() < bucket.closed_until:
                raise self._refused(limit)
            async with bucket.leasing:
                if bucket.left < 1 and self._now() >= bucket.closed_until:
                    await self._lease(caller, limit, bucket)
        bucket.left -= 1

    def remaining(self, caller: str, limit: Class) -> int:
        """An estimate of the tokens that are left for the caller; it spends none."""
        bucket = self._buckets.get((caller, limit))
        size = self._sizes[limit]
        if bucket is None:
            return size
        refilled = int((self._now() - bucket.leased_at) * size / self._window)
        return min(size, bucket.left + bucket.remaining + refilled)

    def headers(self, caller: str, limit: Class) -> dict[str, str]:
        """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11)."""
        return {
            "RateLimit-Policy": f'"{limit}";q={self._sizes[limit]};w={self._window}',
            "RateLimit": f'"{limit}";r={self.remaining(caller, limit)};t={self._window}',
        }

    def view(self, caller: str) -> dict[Class, tuple[int, int]]:
        """The tokens of the caller's full bucket and the remaining ones, by class."""
        return {limit: (size, self.remaining(caller, limit)) for limit, size in self._sizes.items()}

    def _slice(self, limit: Class) -> int:
        return max(1, self._sizes[limit] // SLICES)

    def _pace(self, limit: Class) -> float:
        """Seconds in which a slice refills."""
        return self._window * self._slice(limit) / self._sizes[limit]

    def _bucket(self, caller: str, limit: Class) -> Bucket:
        now, key = self._now(), (caller, limit)
        bucket = self._buckets.get(key)
        if bucket is None:
            size, share = self._sizes[limit], self._slice(limit)
            bucket = Bucket(share, share, size - share, now, now, self._pace(limit))
            self._buckets[key] = bucket
            self._forget(now)
        else:
            self._buckets.move_to_end(key)
        bucket.used_at = now
        return bucket

    def _forget(self, now: float) -> None:
        """The longest unused come first."""
        while self._buckets:
            key, bucket = next(iter(self._buckets.items()))
            if len(self._buckets) <= MAX_BUCKETS and now - bucket.used_at < max(IDLE_SECONDS, self._window):
                return
            del self._buckets[key]

    async def _lease(self, caller: str, limit: Class, bucket: Bucket) -> None:
        if self._now() < self._away_until:
            self._lease_without_identity(limit, bucket)
            return
        size, share = self._sizes[limit], self._slice(limit)
        asked = LeaseRequest(
            key=f"{caller} {limit}", size=size, window=self._window, wanted=share, spent=bucket.spent
        )
        try:
            lease = await self._lend(asked)
        except Exception as error:
            if not is_unavailable(error):
                raise
            self._away_until = self._now() + AWAY_SECONDS
            self._lease_without_identity(limit, bucket)
            return
        now = self._now()
        bucket.spent = 0
        bucket.left, bucket.remaining = lease.given, lease.remaining
        if lease.given:
            bucket.pace = max(self._pace(limit), min(self._window, now - bucket.leased_at))
            bucket.leased_at = now
        else:
            bucket.closed_until = now + max(self._window / size, min(self._pace(limit), 1 / SLICES))

    def _lease_without_identity(self, limit: Class, bucket: Bucket) -> None:
        """A slice at the pace of the last ones; the first lease afterwards is charged for none of them."""
        now = self._now()
        if now < bucket.leased_at + bucket.pace:
            bucket.closed_until = bucket.leased_at + bucket.pace
            return
        bucket.left, bucket.leased_at = self._slice(limit), now
        metrics.limits_unleased.add(1, limit)

    def _refused(self, limit: Class) -> Problem:
        metrics.calls_over_limit.add(1, limit)
        period = "a second" if self._window == 1 else f"in {self._window} seconds"
        detail = (
            f"You make more than {self._sizes[limit]} calls of the class {limit} {period}. "
            "Try again after Retry-After; GET /v1/limits shows your limits."
        )
        return Problem(429, "rate_limited", detail, retry_after=math.ceil(self._window / self._sizes[limit]))
