"""Payouts in MongoDB: one document each, with its event in the same document."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from payment.domain.payouts import Payout, PayoutStatus, Transfer
from runtime.listing import Asked, Part
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.mongo.listing import CHANGED_AT, ORDER, ListedDocuments
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "payouts"
SHOWN = Shown("payout", ("statement", "amount", "transfer.reference"))


class MongoPayouts(VersionedStore[Payout]):
    """The `payouts` collection."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._payouts = db[COLLECTION]
        self._lists = ListedDocuments(
            db, self._payouts, recorder.clock, recorder.new_id, hidden=(OUTBOX_FIELD,), by="statement"
        )
        codec = Codec(_read, lambda payout: _document(payout) | {CHANGED_AT: recorder.clock()})
        super().__init__(codec, recorder, lambda _: self._payouts, shown=SHOWN)

    async def prepare(self) -> None:
        """Create the indexes by statement and by change, of all and of those that no transfer has settled."""
        await self._lists.prepare()
        by_status = IndexModel([("transfer.reference", ASCENDING), ("statement", ASCENDING)])
        await self._payouts.create_indexes([IndexModel("statement"), by_status, IndexModel(ORDER)])

    async def page(
        self, *, status: PayoutStatus | None = None, day: str | None = None, asked: Asked, limit: int
    ) -> Part[Payout]:
        """At most `limit` payouts, by id in the order of their statements' ids, which begin with the day."""
        wanted: Document = {}
        if status is not None:
            wanted["transfer.reference"] = None if status is PayoutStatus.PENDING else {"$gt": ""}
        if day is not None:
            wanted["statement"] = {"$gt": f"{day}:", "$lt": f"{day};"}  # ";" comes next after ":"
        return (await self._lists.page(wanted, asked, limit)).each(_read)


def _document(payout: Payout) -> Document:
    document = {
        "_id": payout.payout_id,
        "version": payout.version,
        "statement": payout.statement_id,
        "amount": payout.amount,
        "payee": payout.payee,
        "at": payout.at,
    }
    if (transfer := payout.transfer) is not None:
        document["transfer"] = {"reference": transfer.reference, "key": transfer.key, "at": transfer.at}
    return document


def _read(document: Document) -> Payout:
    return Payout(
        document["_id"],
        document["statement"],
        document["amount"],
        document["payee"],
        document["at"],
        document["version"],
        read_as(Transfer, document["transfer"]) if "transfer" in document else None,
    )
