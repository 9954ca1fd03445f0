"""The floor to compare notices with: their signatures verified and their trades written, by a script that does nothing else."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from payment.adapters.alipay.wire import notice_text
from runtime.mongo.client import Database, Document, database

PKCS1 = padding.PKCS1v15()


async def in_lanes(calls: Sequence[Callable[[], Awaitable[None]]], lanes: int) -> list[float]:
    """Make all calls, in so many lanes; the seconds that each took, the shortest first."""
    waiting, taken = iter(calls), []

    async def one_after_the_other() -> None:
        for call in waiting:
            began = time.perf_counter()
            await call()
            taken.append(time.perf_counter() - began)

    await asyncio.gather(*(one_after_the_other() for _ in range(lanes)))
    return sorted(taken)


async def measure_floor(
    db: Database, forms: Sequence[dict[str, str]], key: rsa.RSAPublicKey, at_once: int
) -> tuple[float, float]:
    """Notices a second of the bare work: one write each, then in bulk; on copies of the very trades that were settled."""
    floor = database(db.client, db.name.removesuffix("payment") + "floor")
    settled = await db["trades"].find().to_list()
    rates = []
    for name, size, lanes in (("alone", 1, at_once), ("bulk", at_once, 1)):
        await floor[name].insert_many(settled)
        groups = [forms[n : n + size] for n in range(0, len(forms), size)]
        bare = Bare(floor[name], {trade["_id"]: trade["outbox"] for trade in settled}, key)
        began = time.perf_counter()
        await in_lanes([lambda bare=bare, group=group: bare.settle(group) for group in groups], lanes)
        rates.append(len(forms) / (time.perf_counter() - began))
    return rates[0], rates[1]


class Bare:
    """What no implementation can do without."""

    def __init__(
        self,
        trades: AsyncCollection[Document],
        outboxes: Mapping[str, Document],
        key: rsa.RSAPublicKey,
    ) -> None:
        self._trades = trades
        self._outboxes = outboxes
        self._key = key

    async def settle(self, forms: Sequence[dict[str, str]]) -> None:
        """Verify the notices, read their trades, write them with what is told of them."""
        for form in forms:
            content = notice_text(form).encode()
            self._key.verify(base64.b64decode(form["sign"]), content, PKCS1, hashes.SHA256())
        ids = [form["out_trade_no"] for form in forms]
        await self._trades.find({"_id": {"$in": ids}}, {"outbox": 0}).to_list()
        written = await self._trades.bulk_write([self._write(i) for i in ids], ordered=False)
        if written.matched_count != len(ids):
            raise RuntimeError("the floor did not write what it should")

    def _write(self, order_id: str) -> UpdateOne:
        told = {f"outbox.x{slot}": entry for slot, entry in self._outboxes[order_id].items()}
        return UpdateOne({"_id": order_id, "version": 2}, {"$set": {"version": 3, "state": "paid", **told}})
