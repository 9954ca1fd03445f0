"""The platform's own database, in one SQLite file."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS product (
    product_id TEXT PRIMARY KEY, mini_program_id TEXT NOT NULL, title TEXT NOT NULL, title_en TEXT NOT NULL,
    description TEXT NOT NULL, category TEXT NOT NULL, shape TEXT NOT NULL, colour TEXT NOT NULL,
    listed INTEGER NOT NULL DEFAULT 1, picture_url TEXT, sent_mark TEXT, sent_english TEXT
);
CREATE TABLE IF NOT EXISTS sku (
    sku_id TEXT PRIMARY KEY, product_id TEXT NOT NULL REFERENCES product, size TEXT NOT NULL, price INTEGER NOT NULL,
    allotted INTEGER NOT NULL  -- pieces that Anchorage may sell in all, changes that were not sent yet included
);
CREATE TABLE IF NOT EXISTS move (  -- changes of `allotted`; `told` is 1 once Anchorage has made them
    move_id INTEGER PRIMARY KEY AUTOINCREMENT, sku_id TEXT NOT NULL REFERENCES sku, change INTEGER NOT NULL,
    call TEXT,  -- the Idempotency-Key of the call that sends it, stored before the call
    told INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS feed (mini_program_id TEXT, mode TEXT, feed_id TEXT NOT NULL, PRIMARY KEY (mini_program_id, mode));
CREATE TABLE IF NOT EXISTS run (
    run_id TEXT PRIMARY KEY, mini_program_id TEXT NOT NULL, mode TEXT NOT NULL, status TEXT NOT NULL, lines INTEGER NOT NULL,
    accepted INTEGER NOT NULL, rejected INTEGER NOT NULL, at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS event (  -- events by the id that all repeats have
    event_id TEXT PRIMARY KEY, type TEXT NOT NULL, order_id TEXT, received_at TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS waiting_events ON event (due) WHERE done = 0;
CREATE TABLE IF NOT EXISTS customer_order (
    order_id TEXT PRIMARY KEY, mini_program_id TEXT NOT NULL, status TEXT NOT NULL, placed_at TEXT NOT NULL, content TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS parcel (
    number INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT UNIQUE NOT NULL, carrier TEXT NOT NULL, sent_at TEXT
);
CREATE TABLE IF NOT EXISTS difference (
    difference_id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, subject TEXT NOT NULL, what TEXT NOT NULL, mended TEXT NOT NULL
);
"""
BUSY_SECONDS = 10


class Database:
    """The file. Each statement takes so little time that it runs on the event loop.

    A write is on disk when the call returns. A second process, such as a command, may use the same file at the same time.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._turn = path.with_name(f"{path.name}.lock")
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become durable together, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Held by the one process that pushes or reconciles: `serve`, or a command that runs next to it."""
        with self._turn.open("wb") as file:
            await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
            yield

    def run(self, statement: str, *values: str | int | float | None) -> int:
        """The number of rows that it changed."""
        return self._connection.execute(statement, values).rowcount

    def all(self, query: str, *values: str | int | float | None) -> list[sqlite3.Row]:
        """All rows."""
        return self._connection.execute(query, values).fetchall()

    def one(self, query: str, *values: str | int | float | None) -> sqlite3.Row | None:
        """The first row, if there is one."""
        row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
        return row

    def setting(self, name: str) -> str | None:
        """A remembered value."""
        row = self.one("SELECT value FROM setting WHERE name = ?", name)
        return str(row["value"]) if row else None

    def remember(self, name: str, value: str) -> None:
        """Keep a value under its name."""
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)
