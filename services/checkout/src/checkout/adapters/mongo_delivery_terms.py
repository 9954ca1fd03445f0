"""Delivery terms in MongoDB: one document for each mini program whose owner has set some."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict

from cachetools import TTLCache

from checkout.domain.delivery import DeliveryTerms, RegionFee
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import Saved, VersionedStore

MAX_AGE_SECONDS = 1.0
"""How long terms are cached for placing orders: how late this replica may learn what another one stored."""
CACHE_SIZE = 2_000
SHOWN = Shown("delivery_terms", ("flat", "free_from", "regions"))


class MongoDeliveryTerms(VersionedStore[DeliveryTerms]):
    """Implements the port DeliveryTermsStore. `now` is a monotonic clock in seconds."""

    def __init__(self, db: Database, recorder: Recorder, now: Callable[[], float] = time.monotonic) -> None:
        terms = db["delivery_terms"]
        super().__init__(Codec(_read, _write), recorder, lambda _: terms, shown=SHOWN)
        self._current = TTLCache[str, DeliveryTerms](CACHE_SIZE, ttl=MAX_AGE_SECONDS, timer=now)
        self.on_saved(self._keep_current)

    async def current(self, mini_program_id: str) -> DeliveryTerms:
        cached = self._current.get(mini_program_id)
        if cached is None:
            cached = await self.get(mini_program_id) or DeliveryTerms(mini_program_id)
            self._current[mini_program_id] = cached
        return cached

    def _keep_current(self, saved: Saved[DeliveryTerms]) -> None:
        self._current[saved.aggregate.mini_program_id] = saved.aggregate


def _write(terms: DeliveryTerms) -> Document:
    fields = asdict(terms)
    return {"_id": fields.pop("mini_program_id"), **fields, "regions": list(fields["regions"])}


def _read(document: Document) -> DeliveryTerms:
    d = document
    regions = tuple(RegionFee(**one) for one in d["regions"])
    return DeliveryTerms(d["_id"], d["flat"], d["free_from"], regions, d["version"])
