"""Offers to pay, kept by idempotency key in MongoDB."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from pymongo import IndexModel, ReturnDocument
from pymongo.errors import DuplicateKeyError

from payment.domain.errors import KeyReused
from payment.domain.provider import Form, Offer
from runtime.mongo.client import Database, Document

KEPT = timedelta(days=2)


class MongoOffers:
    """The `answers` collection; an entry is deleted two days after it was made."""

    def __init__(self, db: Database) -> None:
        self._answers = db["answers"]

    async def prepare(self) -> None:
        """Create the index by which entries expire."""
        await self._answers.create_indexes(
            [IndexModel([("at", 1)], expireAfterSeconds=int(KEPT.total_seconds()))]
        )

    async def find(self, key: str, fingerprint: str) -> Offer | None:
        """The offer given under the key; raises KeyReused when the request had another fingerprint."""
        found = await self._answers.find_one({"_id": key})
        return _offer(found, fingerprint) if found is not None else None

    async def keep(self, key: str, fingerprint: str, offer: Offer, now: datetime) -> Offer:
        """Keep the offer unless there is one under the key, and return the kept one; raises KeyReused."""
        entry = {"request": fingerprint, "answer": _document(offer), "at": now}
        while True:
            try:
                found = await self._answers.find_one_and_update(
                    {"_id": key}, {"$setOnInsert": entry}, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # two concurrent upserts: the other one created it
                continue
            if found is not None:
                return _offer(found, fingerprint)


def _document(offer: Offer) -> Document:
    form = {name: value for name, value in asdict(offer.form).items() if value is not None}
    return {"status": "requested", "product": offer.product, "out_trade_no": offer.order_id, **form}


def _offer(found: Document, fingerprint: str) -> Offer:
    if found["request"] != fingerprint:
        raise KeyReused
    answer = found["answer"]
    form = Form(
        answer.get("cashier_url"), answer.get("order_string"), answer.get("qr_code"), answer.get("trade_no")
    )
    return Offer(answer["out_trade_no"], answer["product"], form)
