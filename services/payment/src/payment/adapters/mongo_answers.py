"""Answers kept under the caller's `Idempotency-Key`, so that the same request gets the same answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from runtime.mongo.client import Database

KEPT = timedelta(days=2)


class KeyUsedOtherwise(Exception):
    """The key came before with another request."""


class Answers:
    """The `answers` collection; entries leave it two days after they were made."""

    def __init__(self, db: Database) -> None:
        self._answers = db["answers"]

    async def prepare(self) -> None:
        """The index by which old ones leave."""
        await self._answers.create_indexes(
            [IndexModel([("at", 1)], expireAfterSeconds=int(KEPT.total_seconds()))]
        )

    async def find(self, key: str, request: str) -> dict[str, Any] | None:
        """The answer that was given; raises KeyUsedOtherwise when it was to another request."""
        found = await self._answers.find_one({"_id": key})
        return _answer(found, request) if found is not None else None

    async def keep(self, key: str, request: str, answer: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Keep `answer`, unless one was kept meanwhile, and return the one that stands; raises KeyUsedOtherwise."""
        entry = {"request": request, "answer": answer, "at": now}
        while True:
            try:
                found = await self._answers.find_one_and_update(
                    {"_id": key}, {"$setOnInsert": entry}, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # two upserts at once: one of them made it
                continue
            if found is not None:
                return _answer(found, request)


def _answer(found: dict[str, Any], request: str) -> dict[str, Any]:
    if found["request"] != request:
        raise KeyUsedOtherwise
    answer: dict[str, Any] = found["answer"]
    return answer
