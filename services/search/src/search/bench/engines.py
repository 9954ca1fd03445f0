"""What is compared: this project's engines, and SQLite's full-text search as what anybody has at hand."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress

from search.domain.documents import Product, number_of
from search.domain.queries import ProductQuery, QueryRefused
from search.engine.port import ProductIndex
from search.language.text import grams, has_han

FTS_QUERY = """
SELECT id FROM products WHERE products MATCH ? ORDER BY bm25(products, 0, 3.0, 2.0, 1.0, 1.0, 0.3) LIMIT ?
"""
"""Weights of title, brand, model, description, attributes: what measured best for it."""


class Engine:
    """An index that answers with ids."""

    def __init__(self, index: ProductIndex, products: Iterable[Product]) -> None:
        self._ids: dict[int, str] = {}
        self.index = index
        index.put(self._noted(products))
        index.commit()
        index.refresh()

    def _noted(self, products: Iterable[Product]) -> Iterable[Product]:
        for product in products:
            self._ids[number_of(product.product_id)] = product.product_id
            yield product

    def rank(self, query: str, limit: int) -> Sequence[str]:
        """Ids of the best products."""
        with suppress(QueryRefused):
            return [self._ids[hit.number] for hit in self.index.search(ProductQuery(query, limit=limit)).hits]
        return []


class Fts5:
    """SQLite FTS5 with its BM25: porter stems, or pairs of characters where there is Chinese."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "CREATE VIRTUAL TABLE products USING fts5(id UNINDEXED, title, brand, model, description, attributes, "
            "tokenize = 'porter unicode61')"
        )
        self._db.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?, ?)",
            (
                (p.product_id, *map(_spaced, (p.title, p.brand, p.model, p.description, " ".join(p.attributes.values()))))
                for p in products
            ),
        )  # fmt: skip

    def rank(self, query: str, limit: int) -> Sequence[str]:
        """Ids of the best products."""
        terms = [f'"{term}"' for term in re.findall(r"\w+", _spaced(query))]
        if not terms:
            return []
        found = self._db.execute(FTS_QUERY, (" OR ".join(terms), limit))
        return [row[0] for row in found]


def _spaced(text: str) -> str:
    """Chinese as pairs of characters with blanks between, since FTS5 cuts at blanks."""
    if not has_han(text):
        return text
    return " ".join(gram for gram in grams(text) if len(gram) == 2) or text
