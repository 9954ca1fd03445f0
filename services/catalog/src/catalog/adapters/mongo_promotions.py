"""Who may promote which mini program, in MongoDB."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.domain.promotion import Promotion
from runtime.mongo.client import Database, Document
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

COLLECTION = "promotions"
SHOWN = Shown("promotion", ("who", "creator_ids"))


class MongoPromotions(VersionedStore[Promotion]):
    """Implements `PromotionStore`. Each event carries the whole promotion, so the outbox keeps the last one only."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._documents = db[COLLECTION]
        super().__init__(
            Codec(read_promotion, write_promotion),
            recorder,
            lambda _: self._documents,
            replace_outbox=True,
            shown=SHOWN,
        )

    async def of(self, mini_program_ids: Iterable[str]) -> dict[str, Promotion]:
        """The promotion of each; anyone's for those whose owner has said nothing."""
        wanted = set(mini_program_ids)
        stored = await self.get_many(wanted)
        return {key: stored.get(key, Promotion(key)) for key in wanted}

    async def closed_to(self, creator_id: str) -> list[str]:
        """The mini programs that this creator may not promote."""
        closed = {"who": {"$ne": "anyone"}, "creator_ids": {"$ne": creator_id}}
        return [document["_id"] async for document in self._documents.find(closed, {"_id": 1})]


def write_promotion(promotion: Promotion) -> Document:
    """The fields of its document."""
    return {
        "_id": promotion.mini_program_id,
        "version": promotion.version,
        "who": promotion.who,
        "creator_ids": list(promotion.creator_ids),
    }


def read_promotion(document: Document) -> Promotion:
    """The promotion in a document."""
    return Promotion(document["_id"], document["who"], tuple(document["creator_ids"]), document["version"])
