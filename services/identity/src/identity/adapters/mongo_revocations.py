"""Revocations in MongoDB, which forgets each when no token that it concerns can be alive."""

from __future__ import annotations

from datetime import timedelta

from identity.domain.revocations import CLIENT, Revocation
from runtime.mongo.client import Database


class MongoRevocations:
    """Collection `revocations`: one document for each removed client. `longest_life` is that of a token."""

    def __init__(self, db: Database, longest_life: timedelta) -> None:
        self._revocations = db["revocations"]
        self._longest_life = longest_life

    async def prepare(self) -> None:
        """Make the index by which MongoDB forgets."""
        await self._revocations.create_index("forget_at", expireAfterSeconds=0)

    async def add(self, revocation: Revocation) -> None:
        """Refuse these tokens from now on; idempotent."""
        fields = {
            "kind": revocation.kind,
            "revoked_id": revocation.revoked_id,
            "before": revocation.before,
            "forget_at": revocation.before + self._longest_life,
        }
        await self._revocations.replace_one({"_id": f"{CLIENT}:{revocation.revoked_id}"}, fields, upsert=True)

    async def all(self) -> list[Revocation]:
        """Those that concern a token which can still be alive."""
        found = self._revocations.find({"kind": CLIENT}).sort("_id", 1)
        return [Revocation(one["kind"], one["revoked_id"], one["before"]) async for one in found]
