"""The vectors of all products, in a SQLite file next to the index: texts that wait to be embedded, and vectors of the others.

Embedding takes milliseconds a product, so it runs behind: a product is found by its words at once, by its meaning a little
later. The waiting texts are in the file as well, so a restart continues where it stopped.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from search.adapters.meaning.models import HAN, LATIN, Embedder, Matrix, ModelKind, kind_of
from search.adapters.meaning.vector_index import Bytes, VectorIndex, as_bytes
from search.application.ports import ProductVectors
from search.domain.documents import Product, number_of
from search.domain.language.text import clean
from search.domain.language.traditional import simplified

MAX_BATCH = 64
"""Texts embedded before the lock is taken and the vectors are stored."""
MAX_COPIED, MAX_LOADED = 512, 4_096
"""Rows read from another file, and from our own, at a time."""
MAX_TEXT_LENGTH = 400
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
WAITING = "SELECT number, program, text FROM meanings WHERE model = ? AND vector IS NULL LIMIT ?"
EMBEDDED = """
SELECT number, program, text, vector FROM meanings WHERE model = ? AND number > ? AND vector IS NOT NULL
ORDER BY number LIMIT ?
"""
STORE = "UPDATE meanings SET vector = ? WHERE model = ? AND number = ? AND text = ? AND program = ? AND vector IS NULL"


class Vectors:
    """The ProductVectors in `folder`; in memory for None. One thread puts, another may embed, any may search."""

    def __init__(self, models: Mapping[ModelKind, Embedder], folder: Path | None = None) -> None:
        path = ":memory:" if folder is None else str(folder / "vectors.sqlite")
        self._models = {kind.name: model for kind, model in models.items()}
        self._indexes = {name: VectorIndex(model.dimensions) for name, model in self._models.items()}
        self._uncommitted: list[Product] = []
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
        while part := rows.fetchmany(MAX_LOADED):
            numbers, programs, vectors = zip(*part, strict=True)
            stored = np.frombuffer(b"".join(vectors), np.int8).reshape(-1, dimensions)
            self._indexes[name].put(numbers, programs, stored)

    def put(self, products: Iterable[Product]) -> None:
        """Note these products for `commit`."""
        self._uncommitted += products

    def commit(self) -> None:
        """Store the texts of the products put, and remove the delisted ones. Idempotent."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            for product in self._uncommitted:
                self._put(product)
            self._db.execute("COMMIT")
            self._uncommitted = []

    def rollback(self) -> None:
        """Drop everything put and not committed."""
        self._uncommitted = []

    def _put(self, product: Product) -> None:
        number, texts = number_of(product.product_id), _texts(product)
        for name, index in self._indexes.items():
            text = texts.get(name)
            if text is None:
                self._db.execute("DELETE FROM meanings WHERE model = ? AND number = ?", (name, number))
                index.remove([number])
            else:
                self._db.execute(PUT, (name, number, number_of(product.mini_program_id), text))

    def embed_some(self) -> bool:
        for name, model in self._models.items():
            with self._lock:
                rows = [] if self._closed else self._db.execute(WAITING, (name, MAX_BATCH)).fetchall()
            if rows:
                self._store(name, rows, as_bytes(model.encode([text for _, _, text in rows])))
                return True
        return False

    def adopt(self, other: ProductVectors) -> None:
        if not isinstance(other, Vectors):
            return
        for name, model in self._models.items():
            last = -1
            while True:
                with other._lock:
                    part = other._db.execute(EMBEDDED, (name, last, MAX_COPIED)).fetchall()
                if not part:
                    break
                last = part[-1][0]
                vectors = np.frombuffer(b"".join(row[3] for row in part), np.int8)
                self._store(name, [row[:3] for row in part], vectors.reshape(-1, model.dimensions))

    def _store(self, name: str, rows: Sequence[tuple[int, int, str]], vectors: Bytes) -> None:
        """Store the vectors of those rows that still wait with the same text."""
        with self._lock:
            if self._closed:
                return
            self._db.execute("BEGIN IMMEDIATE")
            stored = [
                at
                for at, (number, program, text) in enumerate(rows)
                if self._db.execute(STORE, (vectors[at].tobytes(), name, number, text, program)).rowcount
            ]
            self._db.execute("COMMIT")
            kept = [rows[at] for at in stored]
            self._indexes[name].put([n for n, _, _ in kept], [p for _, p, _ in kept], vectors[stored])

    def embed_query(
        self, text: str, matches: Collection[int] = ()
    ) -> tuple[ModelKind, VectorIndex, Matrix] | None:
        """The query's vector, with the model that made it and the index to search; None when that index is empty.

        A query in Latin letters goes to the model that embedded most of its `matches` by words: where titles are
        Chinese, the other model has nothing to compare with.
        """
        kind = kind_of(text)
        if kind is LATIN:
            kind = max((LATIN, HAN), key=lambda one: self._indexes[one.name].count(matches))
        index = self._indexes[kind.name]
        if not index:
            return None
        return kind, index, self._models[kind.name].encode([_normalised(text)])[0]

    def close(self) -> None:
        """Close the file; a running `embed_some` stores nothing any more."""
        with self._lock:
            self._closed = True
            self._db.close()


def _texts(product: Product) -> dict[str, str]:
    """The text for each model: the title in its script, followed by the description if that has the same script."""
    if not product.listed:
        return {}
    titles = map(_normalised, (product.title_en, product.title))
    texts = {kind_of(title).name: title for title in titles if title}
    description = _normalised(product.description)
    kind = kind_of(description).name
    if description and description != texts.get(kind, description):
        texts[kind] = f"{texts[kind]}. {description}"[:MAX_TEXT_LENGTH]
    return texts


def _normalised(text: str) -> str:
    """Text as both models know it: to the Chinese one, every word with a capital is the same unknown word."""
    return simplified(clean(text[:MAX_TEXT_LENGTH])).lower()[:MAX_TEXT_LENGTH]
