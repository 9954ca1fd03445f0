"""The state of an index in one SQLite file next to it: entities, offsets of the streams, popular queries.

The index is written first, then this file in one transaction with the offsets: after a crash between the two, some events
are applied again, which changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from search.application.ports import Position
from search.domain.cards import Card, card_of
from search.domain.documents import Account, MiniProgram, Product, Sku, number_of

LAYOUT = 5
"""Version of the layout of state and index together: another one means a rebuild."""
MAX_VALUES = 500
"""Values in one statement; SQLite's own limit is higher."""
DEAD_LETTER = "given up "
"""Prefix of the names under which `facts` lists dead-lettered records."""

TABLES = """
CREATE TABLE IF NOT EXISTS products (number INTEGER PRIMARY KEY, version INTEGER, program INTEGER, card BLOB, source BLOB);
CREATE INDEX IF NOT EXISTS products_of_program ON products (program) WHERE card IS NOT NULL;
CREATE TABLE IF NOT EXISTS stock (sku_id TEXT PRIMARY KEY, product INTEGER, version INTEGER, available INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mini_programs (id TEXT PRIMARY KEY, source BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, source BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offsets (topic TEXT, partition INTEGER, next INTEGER, PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS askers (host_id TEXT, query TEXT, viewer TEXT, PRIMARY KEY (host_id, query, viewer)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS popular (host_id TEXT, query TEXT, viewers INTEGER, PRIMARY KEY (host_id, query)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


class SqliteState:
    """The IndexState in `folder`; in memory for None. One thread writes; `cards` may be called from others at the same
    time and sees what is committed."""

    def __init__(self, folder: Path | None = None) -> None:
        path = ":memory:" if folder is None else str(folder / "state.sqlite")
        self._db = _connect(path)
        self._reader = self._db if folder is None else _connect(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        # losing the last commit only means reading some events again
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside become durable together, or none."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def cards(self, numbers: Sequence[int]) -> dict[int, Card]:
        statement = "SELECT number, card FROM products WHERE card IS NOT NULL AND number IN"
        rows = _select(self._reader, statement, numbers)
        return {number: Card(*orjson.loads(card)) for number, card in rows}

    def versions(self, product_ids: Iterable[str]) -> dict[int, int]:
        return dict(
            _select(self._db, "SELECT number, version FROM products WHERE number IN", _numbers(product_ids))
        )

    def products(self, numbers: Sequence[int]) -> list[Product]:
        rows = _select(self._db, "SELECT source, number FROM products WHERE number IN", numbers)
        return [product_of(source) for source, _ in rows]

    def products_of(self, mini_program_id: str) -> list[Product]:
        rows = self._db.execute(
            "SELECT source FROM products WHERE program = ? AND card IS NOT NULL",
            (number_of(mini_program_id),),
        )
        return [product_of(source) for (source,) in rows]

    def has_products(self) -> bool:
        """Whether any product is listed."""
        return (
            self._db.execute("SELECT 1 FROM products WHERE card IS NOT NULL LIMIT 1").fetchone() is not None
        )

    def put_products(self, products: Iterable[Product]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO products VALUES (?, ?, ?, ?, ?)",
            sorted(  # in the order of the table: neighbours share a page
                (
                    number_of(product.product_id),
                    product.version,
                    number_of(product.mini_program_id),
                    orjson.dumps(tuple(card_of(product))) if product.listed else None,
                    orjson.dumps(product),
                )
                for product in products
            ),
        )

    def stock(self, sku_ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
        rows = _select(
            self._db, "SELECT sku_id, product, version, available FROM stock WHERE sku_id IN", sku_ids
        )
        return {sku_id: (product, version, available) for sku_id, product, version, available in rows}

    def put_stock(self, rows: Iterable[tuple[str, str, int, int]]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO stock VALUES (?, ?, ?, ?)",
            ((sku, number_of(product), version, available) for sku, product, version, available in rows),
        )

    def mini_programs(self) -> list[MiniProgram]:
        return [
            _mini_program(orjson.loads(s)) for (s,) in self._db.execute("SELECT source FROM mini_programs")
        ]

    def put_mini_programs(self, programs: Iterable[MiniProgram]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO mini_programs VALUES (?, ?)",
            ((p.mini_program_id, orjson.dumps(p, default=sorted)) for p in programs),
        )

    def accounts(self) -> list[Account]:
        return [
            Account(**orjson.loads(source)) for (source,) in self._db.execute("SELECT source FROM accounts")
        ]

    def put_accounts(self, accounts: Iterable[Account]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO accounts VALUES (?, ?)",
            ((a.account_id, orjson.dumps(a)) for a in accounts),
        )

    def offsets(self) -> dict[Position, int]:
        rows = self._db.execute("SELECT topic, partition, next FROM offsets")
        return {(topic, partition): following for topic, partition, following in rows}

    def put_offsets(self, offsets: Mapping[Position, int]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO offsets VALUES (?, ?, ?)",
            ((topic, partition, following) for (topic, partition), following in offsets.items()),
        )

    def count_viewer(self, host_id: str, query: str, viewer: str, enough: int) -> bool:
        """Count a viewer of a query once; whether at least `enough` of them have made it.

        Once enough have, their names are deleted and further searches are only counted.
        """
        key = (host_id, query)
        counted = self._db.execute(
            "UPDATE popular SET viewers = viewers + 1 WHERE host_id = ? AND query = ?", key
        )
        if counted.rowcount:
            return True
        self._db.execute("INSERT OR IGNORE INTO askers VALUES (?, ?, ?)", (*key, viewer))
        (viewers,) = self._db.execute(
            "SELECT count(*) FROM askers WHERE host_id = ? AND query = ?", key
        ).fetchone()
        if viewers < enough:
            return False
        self._db.execute("DELETE FROM askers WHERE host_id = ? AND query = ?", key)
        self._db.execute("INSERT INTO popular VALUES (?, ?, ?)", (*key, viewers))
        return True

    def popular_queries(self) -> list[tuple[str, str, int]]:
        return list(self._db.execute("SELECT host_id, query, viewers FROM popular"))

    def setting(self, name: str) -> str | None:
        """The value stored under a name."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put_setting(self, name: str, value: str) -> None:
        """Store a value under a name."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def is_dead_letter(self, record: str) -> bool:
        return self.setting(DEAD_LETTER + record) is not None

    def dead_letters(self) -> dict[str, str]:
        rows = self._db.execute("SELECT name, value FROM facts WHERE name LIKE ?", (f"{DEAD_LETTER}%",))
        return {name.removeprefix(DEAD_LETTER): at for name, at in rows}

    def put_dead_letters(self, letters: Mapping[str, str]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO facts VALUES (?, ?)",
            ((DEAD_LETTER + record, at) for record, at in letters.items()),
        )


def _connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _select(db: sqlite3.Connection, statement: str, values: Sequence[Any]) -> Iterator[Any]:
    for at in range(0, len(values), MAX_VALUES):
        part = values[at : at + MAX_VALUES]
        yield from db.execute(f"{statement} ({','.join('?' * len(part))})", part)


def product_of(source: bytes) -> Product:
    """The product from its JSON."""
    fields = orjson.loads(source)
    fields["skus"] = tuple(Sku(**sku) for sku in fields["skus"])
    fields["options"] = tuple(fields["options"])
    return Product(**fields)


def _mini_program(fields: dict[str, Any]) -> MiniProgram:
    return MiniProgram(**fields | {"hosts": frozenset(fields["hosts"]), "aliases": tuple(fields["aliases"])})


def _numbers(product_ids: Iterable[str]) -> list[int]:
    return [number_of(product_id) for product_id in product_ids]
