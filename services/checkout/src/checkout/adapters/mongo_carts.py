"""Carts in MongoDB: one document for each viewer and mini program, removed some time after its last change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from pymongo import ASCENDING

from checkout.domain.cart import Cart, CartLine
from runtime.mongo.client import Database, Document
from runtime.mongo.documents import read_as
from runtime.outbox.changes import Change
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import Recorder
from runtime.outbox.shown import Shown
from runtime.outbox.versioned_store import VersionedStore

KEPT = timedelta(days=90)
"""From a cart's last change."""


class MongoCarts:
    """Implements the port Carts."""

    def __init__(self, db: Database, recorder: Recorder) -> None:
        self._collection = carts = db["carts"]
        self._store = VersionedStore(Codec(_read, _write), recorder, lambda _: carts, shown=Shown("cart"))

    async def prepare(self) -> None:
        """Let carts expire."""
        expiry = int(KEPT.total_seconds())
        await self._collection.create_index([("changed_at", ASCENDING)], expireAfterSeconds=expiry)

    async def get(self, mini_program_id: str, openid: str) -> Cart:
        return await self._store.get(_key(mini_program_id, openid)) or Cart(mini_program_id, openid)

    async def change(
        self, mini_program_id: str, openid: str, decide: Callable[[Cart], Change[Cart] | None]
    ) -> Cart:
        empty = Cart(mini_program_id, openid)

        def decide_on(present: Cart | None) -> Change[Cart] | None:
            return decide(present or empty)

        return (await self._store.change(_key(mini_program_id, openid), decide_on)).aggregate or empty


def _key(mini_program_id: str, openid: str) -> str:
    return f"{mini_program_id}:{openid}"


def _write(cart: Cart) -> Document:
    lines = [asdict(line) for line in cart.lines]
    key = _key(cart.mini_program_id, cart.openid)
    return {"_id": key, **asdict(cart), "lines": lines, "ordered": list(cart.ordered)}


def _read(d: Document) -> Cart:
    return Cart(
        d["mini_program_id"], d["openid"], tuple(read_as(CartLine, line) for line in d["lines"]), d["coupon_code"],
        tuple(d["ordered"]), d["version"], d["changed_at"],
    )  # fmt: skip
