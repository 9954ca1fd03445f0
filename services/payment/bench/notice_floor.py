"""The floor for `notify`: verify the same signatures and write the same documents, and do nothing else."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from payment.adapters.alipay.wire import notice_content
from runtime.mongo.client import Database, Document, database

PKCS1 = padding.PKCS1v15()


async def run_concurrently(calls: Sequence[Callable[[], Awaitable[None]]], clients: int) -> list[float]:
    """Make all calls with this many clients; the seconds that each took, in ascending order."""
    left, latencies = iter(calls), []

    async def client() -> None:
        for call in left:
            began = time.perf_counter()
            await call()
            latencies.append(time.perf_counter() - began)

    await asyncio.gather(*(client() for _ in range(clients)))
    return sorted(latencies)


async def measure_floor(
    db: Database, forms: Sequence[dict[str, str]], key: rsa.RSAPublicKey, clients: int
) -> tuple[float, float]:
    """Notices per second with one write each, and with bulk writes, on copies of the trades that were settled."""
    floor = database(db.client, db.name.removesuffix("payment") + "floor")
    settled = await db["trades"].find().to_list()
    rates = []
    for name, size, workers in (("alone", 1, clients), ("bulk", clients, 1)):
        await floor[name].insert_many(settled)
        groups = [forms[n : n + size] for n in range(0, len(forms), size)]
        work = BareWork(floor[name], {trade["_id"]: trade["outbox"] for trade in settled}, key)
        began = time.perf_counter()
        await run_concurrently(
            [lambda work=work, group=group: work.settle(group) for group in groups], workers
        )
        rates.append(len(forms) / (time.perf_counter() - began))
    return rates[0], rates[1]


class BareWork:
    """The work that no implementation can avoid."""

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
        """Verify the notices, read their trades, write them with their events."""
        for form in forms:
            content = notice_content({name: value.encode() for name, value in form.items()})
            self._key.verify(base64.b64decode(form["sign"]), content, PKCS1, hashes.SHA256())
        ids = [form["out_trade_no"] for form in forms]
        await self._trades.find({"_id": {"$in": ids}}, {"outbox": 0}).to_list()
        written = await self._trades.bulk_write([self._write(i) for i in ids], ordered=False)
        if written.matched_count != len(ids):
            raise RuntimeError("the floor did not write every trade")

    def _write(self, order_id: str) -> UpdateOne:
        events = {f"outbox.x{slot}": entry for slot, entry in self._outboxes[order_id].items()}
        return UpdateOne({"_id": order_id, "version": 2}, {"$set": {"version": 3, "state": "paid", **events}})
