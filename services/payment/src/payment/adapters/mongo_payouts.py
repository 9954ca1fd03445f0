"""Payouts in MongoDB: one document each, with its event in the same document."""

from __future__ import annotations

from payment.domain.statements import Payout
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "payouts"


class MongoPayouts(VersionedStore[Payout]):
    """The `payouts` collection."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        payouts = db[COLLECTION]
        super().__init__(Codec(_read, _document), recorder, lambda _: payouts)


def _document(payout: Payout) -> Document:
    return {
        "_id": payout.payout_id,
        "version": payout.version,
        "statement": payout.statement_id,
        "amount": payout.amount,
        "payee": payout.payee,
        "at": payout.at,
    }


def _read(document: Document) -> Payout:
    return Payout(
        document["_id"],
        document["statement"],
        document["amount"],
        document["payee"],
        document["at"],
        document["version"],
    )
