"""Search by words and by meaning together: two rankings of one query, fused by rank."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from search.adapters.meaning.vectors import Vectors
from search.application.ports import Found, Hit, ProductIndex
from search.domain.cursors import key_of
from search.domain.documents import Product
from search.domain.fusion import fused
from search.domain.queries import Filters, ProductQuery, Scope

MAX_RERANKED = 200
"""Matches by words that meaning reorders; those behind them keep their order."""
MAX_BY_MEANING = 50
"""The nearest products that may be shown without matching any of the words."""
NO_FILTERS = Filters()


class HybridIndex:
    """A ProductIndex around `words`, another one. Products not embedded yet keep their rank by words."""

    def __init__(self, words: ProductIndex, vectors: Vectors) -> None:
        self._words = words
        self.vectors = vectors

    def search(self, query: ProductQuery) -> Found:
        if not query.text or query.sort != "relevance" or query.scope.is_empty:
            return self._words.search(query)
        depth = max(MAX_RERANKED, len(query.seen) + query.limit + 1)
        found = self._words.search(replace(query, seen=frozenset(), limit=depth))
        hits = {hit.number: hit for hit in found.hits}
        front = list(hits)[:MAX_RERANKED]
        embedded = self.vectors.embed_query(query.text, front)
        if embedded is None:
            return self._words.search(query)
        kind, index, vector = embedded
        similarity = index.cosines(vector, front)
        near = index.nearest(vector, query.scope, MAX_BY_MEANING)
        near = {n: cosine for n, cosine in near.items() if cosine >= kind.min_similarity and n not in hits}
        near = self._filtered(near, query)
        scores = {number: score for score, number in fused(front, similarity | near, kind.weight)}
        order = [*scores, *list(hits)[MAX_RERANKED:]]
        unseen = [number for number in order if not query.seen or key_of(number) not in query.seen]
        page = (hits.get(number) or _by_meaning(number) for number in unseen[: query.limit])
        return replace(
            found,
            hits=tuple(replace(hit, score=scores.get(hit.number, 0.0)) for hit in page),
            more=found.more or len(unseen) > query.limit,
        )

    def _filtered(self, near: dict[int, float], query: ProductQuery) -> dict[int, float]:
        if query.filters == NO_FILTERS or not near:
            return near
        kept = self._words.among(near, query)
        return {number: cosine for number, cosine in near.items() if number in kept}

    def put(self, products: Iterable[Product]) -> None:
        batch = list(products)
        self._words.put(batch)
        self.vectors.put(batch)

    def commit(self) -> None:
        self.vectors.commit()
        self._words.commit()

    def rollback(self) -> None:
        self.vectors.rollback()
        self._words.rollback()

    def refresh(self) -> None:
        self._words.refresh()

    def among(self, numbers: Collection[int], query: ProductQuery) -> set[int]:
        return self._words.among(numbers, query)

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[int]:
        return self._words.suggest(typed, scope, limit)

    def is_word(self, word: str) -> bool | None:
        return self._words.is_word(word)

    def sells(self, mini_program_id: str, text: str) -> bool:
        return self._words.sells(mini_program_id, text)

    def correct(self, text: str) -> str | None:
        return self._words.correct(text)

    @property
    def size(self) -> int:
        return self._words.size

    def close(self) -> None:
        self._words.close()
        self.vectors.close()

    def discard(self) -> None:
        self._words.discard()


def _by_meaning(number: int) -> Hit:
    """A product that matches none of the words."""
    return Hit(number, 0.0, whole=False, by_meaning=True)
