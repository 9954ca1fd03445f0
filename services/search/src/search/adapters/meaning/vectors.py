"""What products mean, in a file beside the index: what is still to be read, and the vectors of what was.

Reading takes milliseconds a product, so it follows behind: a product is found by its words at once, by its meaning when
its turn has come. What waits is in the file as well, and a restart goes on where it was.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from search.domain.documents import Product, number_of
from search.language.text import clean
from search.language.traditional import simplified
from search.meaning.models import HAN, LATIN, Kind, Reader, Vectors, kind_of
from search.meaning.shelf import Bytes, Shelf, as_bytes

FILLED_AT_ONCE = 64
LONGEST_READ = 400
"""Characters of a text that are kept for a model: about as many as it reads."""
TABLES = """
CREATE TABLE IF NOT EXISTS meanings (
    model TEXT, number INTEGER, program INTEGER, text TEXT, vector BLOB, PRIMARY KEY (model, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unread ON meanings (model) WHERE vector IS NULL;
"""
PUT = """
INSERT INTO meanings VALUES (?1, ?2, ?3, ?4, NULL) ON CONFLICT (model, number) DO UPDATE
SET vector = CASE WHEN text = excluded.text AND program = excluded.program THEN vector END, text = excluded.text, program = excluded.program
"""


UNREAD = "SELECT number, program, text FROM meanings WHERE model = ? AND vector IS NULL LIMIT ?"
READ = """
SELECT number, program, text, vector FROM meanings WHERE model = ? AND number > ? AND vector IS NOT NULL
ORDER BY number LIMIT ?
"""
FILL = "UPDATE meanings SET vector = ? WHERE model = ? AND number = ? AND text = ? AND program = ? AND vector IS NULL"


class Meanings:
    """The vectors of all products, in the file `folder / vectors.sqlite`, in memory for None. One thread puts, another
    one may fill, any may ask."""

    def __init__(self, models: Mapping[Kind, Reader], folder: Path | None = None) -> None:
        path = ":memory:" if folder is None else str(folder / "vectors.sqlite")
        self._models = {kind.name: model for kind, model in models.items()}
        self._shelves = {name: Shelf(model.dimensions) for name, model in self._models.items()}
        self._waiting: list[Product] = []
        self._lock = threading.Lock()
        self._closed = False
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(TABLES)
        for name, model in self._models.items():
            self._load(name, model.dimensions)

    def _load(self, name: str, dimensions: int) -> None:
        rows = self._db.execute(
            "SELECT number, program, vector FROM meanings WHERE model = ? AND vector IS NOT NULL", (name,)
        )
        while part := rows.fetchmany(4096):
            numbers, programs, vectors = zip(*part, strict=True)
            read = np.frombuffer(b"".join(vectors), np.int8).reshape(-1, dimensions)
            self._shelves[name].put(numbers, programs, read)

    def put(self, products: Iterable[Product]) -> None:
        """Take note of these products; kept with `commit`."""
        self._waiting += products

    def commit(self) -> None:
        """Keep what was put: what has to be read, and what is gone. May be repeated."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            for product in self._waiting:
                self._keep(product)
            self._db.execute("COMMIT")
            self._waiting = []

    def rollback(self) -> None:
        """Forget what was put and not committed."""
        self._waiting = []

    def _keep(self, product: Product) -> None:
        number, texts = number_of(product.product_id), _texts(product)
        for name, shelf in self._shelves.items():
            text = texts.get(name)
            if text is None:
                self._db.execute("DELETE FROM meanings WHERE model = ? AND number = ?", (name, number))
                shelf.drop([number])
            else:
                self._db.execute(PUT, (name, number, number_of(product.mini_program_id), text))

    def fill(self) -> bool:
        """Read some of what waits; whether there was any."""
        for name, model in self._models.items():
            with self._lock:
                rows = [] if self._closed else self._db.execute(UNREAD, (name, FILLED_AT_ONCE)).fetchall()
            if rows:
                self._fill(name, rows, as_bytes(model.encode([text for _, _, text in rows])))
                return True
        return False

    def adopt(self, other: Meanings) -> None:
        """Take over what the other has read of the same texts."""
        for name, model in self._models.items():
            last = -1
            while True:
                with other._lock:
                    part = other._db.execute(READ, (name, last, 8 * FILLED_AT_ONCE)).fetchall()
                if not part:
                    break
                last = part[-1][0]
                vectors = np.frombuffer(b"".join(row[3] for row in part), np.int8)
                self._fill(name, [row[:3] for row in part], vectors.reshape(-1, model.dimensions))

    def _fill(self, name: str, rows: Sequence[tuple[int, int, str]], vectors: Bytes) -> None:
        """Keep the vectors of those that still wait for them."""
        with self._lock:
            if self._closed:
                return
            self._db.execute("BEGIN IMMEDIATE")
            kept = [
                at
                for at, (number, program, text) in enumerate(rows)
                if self._db.execute(FILL, (vectors[at].tobytes(), name, number, text, program)).rowcount
            ]
            self._db.execute("COMMIT")
            chosen = [rows[at] for at in kept]
            self._shelves[name].put([n for n, _, _ in chosen], [p for _, p, _ in chosen], vectors[kept])

    def read(self, text: str, found: Collection[int] = ()) -> tuple[Kind, Shelf, Vectors] | None:
        """The text's vector, with the model that read it and where to look; None when nothing could be near.

        A text in Latin letters is read by the model that read most of the products `found` by its words: where titles
        are Chinese, those of the other model are not what it asks for.
        """
        kind = kind_of(text)
        if kind is LATIN:
            kind = max((LATIN, HAN), key=lambda one: self._shelves[one.name].count(found))
        shelf = self._shelves[kind.name]
        if not shelf:
            return None
        return kind, shelf, self._models[kind.name].encode([_readable(text)])[0]

    def close(self) -> None:
        """Close the file; who is still reading keeps nothing of it."""
        with self._lock:
            self._closed = True
            self._db.close()


def _texts(product: Product) -> dict[str, str]:
    """What each model reads of a product: the title that is in its script and, when that is too, the description."""
    if not product.listed:
        return {}
    titles = map(_readable, (product.title_en, product.title))
    texts = {kind_of(title).name: title for title in titles if title}
    about = _readable(product.description)
    kind = kind_of(about).name
    if about and about != texts.get(kind, about):
        texts[kind] = f"{texts[kind]}. {about}"[:LONGEST_READ]
    return texts


def _readable(text: str) -> str:
    """Text as both models know it: the Chinese one takes every word with a capital for the same unknown one."""
    return simplified(clean(text[:LONGEST_READ])).lower()[:LONGEST_READ]
