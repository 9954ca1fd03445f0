"""What the platform knows of orders: events that it received, copies of orders, parcels, and differences that it found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from platform_demo.database import Database

Json = dict[str, Any]
PAUSES = (5, 30, 120, 600)
"""Seconds until an event that could not be processed is tried again; the last one repeats."""


def now() -> str:
    """The present time, as the database keeps it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Waiting:
    """An event that is still to be processed. One without an order is only kept."""

    event_id: str
    order_id: str | None
    attempts: int


@dataclass(frozen=True)
class Book:
    """Orders and events in the database."""

    database: Database

    def receive(self, event_id: str, event: Json) -> bool:
        """Store an event; False if it was stored before. Once this returns, it is on disk."""
        order_id = (event.get("data") or {}).get("order_id")
        added = self.database.run(
            "INSERT OR IGNORE INTO event (event_id, type, order_id, received_at) VALUES (?, ?, ?, ?)",
            event_id, event["type"], order_id, now(),
        )  # fmt: skip
        return bool(added)

    def due(self, at: float) -> Waiting | None:
        """The next event that is due at this time, in seconds since 1970."""
        row = self.database.one("SELECT * FROM event WHERE done = 0 AND due <= ? ORDER BY due, rowid", at)
        return Waiting(row["event_id"], row["order_id"], row["attempts"]) if row else None

    def next_due(self) -> float | None:
        """When the next event is due, in seconds since 1970; None if none is waiting."""
        row = self.database.one("SELECT min(due) AS due FROM event WHERE done = 0")
        return row["due"] if row else None

    def done(self, event: Waiting) -> None:
        """The event has been processed."""
        self.database.run("UPDATE event SET done = 1 WHERE event_id = ?", event.event_id)

    def postpone(self, event: Waiting, at: float) -> None:
        """Process the event later than `at`, by the next of PAUSES."""
        pause = PAUSES[min(event.attempts, len(PAUSES) - 1)]
        self.database.run(
            "UPDATE event SET attempts = attempts + 1, due = ? WHERE event_id = ?", at + pause, event.event_id
        )

    def order(self, order_id: str) -> Json | None:
        """The platform's copy of an order."""
        row = self.database.one("SELECT content FROM customer_order WHERE order_id = ?", order_id)
        return dict(json.loads(row["content"])) if row else None

    def keep(self, order: Json) -> None:
        """Replace the copy."""
        self.database.run(
            "INSERT OR REPLACE INTO customer_order VALUES (?, ?, ?, ?, ?)",
            order["order_id"], order["mini_program_id"], order["status"], order["placed_at"],
            json.dumps(order, ensure_ascii=False),
        )  # fmt: skip

    def newest_orders(self, most: int) -> list[Json]:
        """Copies of orders, the newest first."""
        rows = self.database.all("SELECT content FROM customer_order ORDER BY placed_at DESC LIMIT ?", most)
        return [json.loads(row["content"]) for row in rows]

    def parcel_number(self, order_id: str, carrier: str) -> str:
        """The tracking number of an order's one parcel. A repeat returns the same number, so no order is shipped twice."""
        self.database.run(
            "INSERT INTO parcel (order_id, carrier) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM parcel WHERE order_id = ?)",
            order_id, carrier, order_id,
        )  # fmt: skip
        row = self.database.one("SELECT number, carrier FROM parcel WHERE order_id = ?", order_id)
        assert row is not None  # noqa: S101 - it was inserted above
        return f"{row['carrier'].upper().replace('-', '')}{row['number']:010}"

    def parcel_sent(self, order_id: str) -> None:
        """Anchorage knows of the parcel."""
        self.database.run(
            "UPDATE parcel SET sent_at = ? WHERE order_id = ? AND sent_at IS NULL", now(), order_id
        )

    def note(self, subject: str, found: Iterable[str], mended: str) -> None:
        """List differences of an order, a product or a SKU, with what was done about them."""
        for what in found:
            self.database.run(
                "INSERT INTO difference (at, subject, what, mended) VALUES (?, ?, ?, ?)",
                now(),
                subject,
                what,
                mended,
            )

    def newest(self, table: str, most: int) -> Sequence[Any]:
        """The newest rows of the table `event`, `difference` or `run`."""
        queries = {
            "event": "SELECT * FROM event ORDER BY rowid DESC LIMIT ?",
            "difference": "SELECT * FROM difference ORDER BY difference_id DESC LIMIT ?",
            "run": "SELECT * FROM run ORDER BY rowid DESC LIMIT ?",
        }
        return self.database.all(queries[table], most)
