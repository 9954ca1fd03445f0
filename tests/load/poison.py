"""How long good keys wait next to poison: `make bench-poison`.

2,000 records with a fault of their own are mixed over all partitions with 200 good ones: unreadable JSON, unknown types,
invalid fields, handlers that always fail, that fail once, and that hang. Prints the waits of the good ones, from the
moment at which the consumer had its partitions; everything was on the broker before.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from runtime_support.stream import Stream

from runtime.consuming.subscription import Delivery
from runtime.kafka.publisher import Record
from runtime.logs import configure_logging
from support import parts
from support.eventually import eventually

POISON, GOOD, PARTITIONS = 2_000, 200, 12
KINDS = ("unreadable", "unknown type", "invalid", "always fails", "fails once", "hangs")
HANDLED_MS = 2.0


class Handler:
    """Takes HANDLED_MS a record, as a write would; notes when each good record was handled."""

    def __init__(self) -> None:
        self.handled: dict[str, float] = {}
        self._failed: set[str] = set()

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        await asyncio.sleep(HANDLED_MS / 1_000)
        for delivery in deliveries:
            key, text = delivery.event.note_id, delivery.event.text
            if text == "hangs":
                await asyncio.Event().wait()
            if text == "always fails":
                raise ValueError("this note cannot be kept")
            if text == "fails once" and key not in self._failed:
                self._failed.add(key)
                raise RuntimeError("not yet")
        for delivery in deliveries:
            if delivery.event.text == "good":
                self.handled.setdefault(delivery.event.note_id, time.monotonic())


def _poison(stream: Stream, number: int, kind: str) -> Record:
    record = stream.record(stream.note(kind, note_id=f"bad{number}"))
    match kind:
        case "unreadable":
            return replace(record, value=b"{not json")
        case "unknown type":
            return stream.record(stream.note(kind, note_id=f"bad{number}"), type="elsewhere.Noted.v1")
        case "invalid":
            return replace(record, value=b'{"version": "one"}')
    return record


async def measure(kafka: str, kinds: Sequence[str]) -> None:
    """Publish, consume, print one row."""
    async with Stream.fresh(kafka, f"bench{secrets.token_hex(3)}_", eventually, PARTITIONS) as stream:
        records = [_poison(stream, n, kinds[n % len(kinds)]) for n in range(POISON)]
        step = POISON // GOOD
        for n in range(GOOD):
            records.insert(n * (step + 1), stream.record(stream.note("good", note_id=f"good{n}")))
        await stream.publisher.publish(records)
        handler = Handler()
        async with stream.taking(handler, graceful_timeout=1.0) as consumers:
            client = consumers.consumers[0].client
            await eventually(lambda: client is not None and client.assignment(), within=60)
            began = time.monotonic()
            await eventually(lambda: len(handler.handled) == GOOD, within=300)
        waits = sorted(at - began for at in handler.handled.values())
        print(
            f"| {', '.join(kinds) if len(kinds) < len(KINDS) else 'all kinds'} | {waits[GOOD // 2]:.1f} | "
            f"{waits[int(GOOD * 0.99)]:.1f} | {waits[-1]:.1f} |",
            flush=True,
        )


async def main(kafka: str) -> None:
    """All kinds mixed, and each alone."""
    print("| poison | p50, s | p99, s | worst, s |\n|---|---|---|---|", flush=True)
    for kinds in (KINDS, *((kind,) for kind in KINDS)):
        await measure(kafka, kinds)


if __name__ == "__main__":
    configure_logging("bench", "CRITICAL")
    run = parts.open_run()
    try:
        asyncio.run(main(parts.find(Path(sys.argv[1])).kafka))
    finally:
        parts.close_run(run)
