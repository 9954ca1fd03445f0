"""Webhooks in MongoDB, and what the audit log has of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict

from pymongo import ASCENDING
from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.actions import Actions, Changed
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore
from webhooks.domain.webhook import Secret, Terms, Webhook

COLLECTION = "webhooks"
SHOWN = Shown(
    "webhook",
    (
        "url",
        "events",
        "mini_program_ids",
        "enabled",
        "disabled_reason",
        "removed",
        "tested",
        "replayed",
        "replayed_since",
    ),
)


class MongoWebhooks(VersionedStore[Webhook]):
    """Implements the ports Webhooks and AuditLog. The secrets are stored as they are, because every call is signed with them."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._db = db
        self._webhooks = db[COLLECTION]
        self._noted = Actions(recorder, SHOWN)
        super().__init__(Codec(_read, _write), recorder, lambda _: self._webhooks, shown=SHOWN)

    async def prepare(self) -> None:
        await self._webhooks.create_index([("owner_id", ASCENDING), ("_id", ASCENDING)])

    async def of_owner(self, owner_id: str) -> list[Webhook]:
        found = self._webhooks.find({"owner_id": owner_id, "removed": False}, {OUTBOX_FIELD: 0}).sort("_id")
        return [_read(document) async for document in found]

    async def enabled_of(
        self, owner_ids: Collection[str], session: AsyncClientSession
    ) -> dict[str, list[Webhook]]:
        """The enabled webhooks of these owners."""
        query = {"owner_id": {"$in": list(owner_ids)}, "enabled": True, "removed": False}
        found: dict[str, list[Webhook]] = defaultdict(list)
        async for document in self._webhooks.find(query, {OUTBOX_FIELD: 0}, session=session):
            found[document["owner_id"]].append(_read(document))
        return found

    async def note(self, webhook: Webhook, **done: str) -> None:
        async def nothing(_: AsyncClientSession | None) -> None:
            """The entry is all."""

        change = Changed(
            webhook.webhook_id, {"owner_id": webhook.owner_id}, {"owner_id": webhook.owner_id, **done}
        )
        await self._noted.write_with(self._db, nothing, change)


def _write(webhook: Webhook) -> Document:
    terms = webhook.terms
    return {
        "_id": webhook.webhook_id,
        "owner_id": webhook.owner_id,
        "url": terms.url,
        "events": list(terms.events),
        "mini_program_ids": list(terms.mini_program_ids) if terms.mini_program_ids is not None else None,
        "enabled": terms.enabled,
        "secrets": [asdict(secret) for secret in webhook.secrets],
        "created_at": webhook.created_at,
        "version": webhook.version,
        "disabled_reason": webhook.disabled_reason,
        "removed": webhook.removed,
    }


def _read(d: Document) -> Webhook:
    programs = d["mini_program_ids"]
    terms = Terms(
        d["url"], tuple(d["events"]), tuple(programs) if programs is not None else None, d["enabled"]
    )
    return Webhook(
        d["_id"], d["owner_id"], terms, tuple(read_as(Secret, secret) for secret in d["secrets"]),
        d["created_at"], d["version"], d["disabled_reason"], d["removed"],
    )  # fmt: skip
