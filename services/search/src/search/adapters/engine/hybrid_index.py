"""Any engine's index with retrieval by meaning beside it: what is found by words and what is alike, fused by rank."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from search.domain.cursors import key_of
from search.domain.documents import Product
from search.domain.fusion import fused
from search.domain.queries import Filters, ProductQuery, Scope
from search.engine.port import Found, Hit, ProductIndex
from search.meaning.vectors import Meanings

BY_WORDS = 200
"""Products found by words that meaning puts in another order: what stands behind them stays as it is."""
BY_MEANING = 50
"""The nearest products that may be shown without having any of the words."""
NO_FILTERS = Filters()


class HybridIndex:
    """A ProductIndex around `words`. Products without a vector so far stand where their words put them."""

    def __init__(self, words: ProductIndex, meanings: Meanings) -> None:
        self._words = words
        self.meanings = meanings

    def search(self, query: ProductQuery) -> Found:
        if not query.text or query.sort != "relevance" or query.scope.is_empty:
            return self._words.search(query)
        depth = max(BY_WORDS, len(query.seen) + query.limit + 1)
        found = self._words.search(replace(query, seen=frozenset(), limit=depth))
        hits = {hit.number: hit for hit in found.hits}
        front = list(hits)[:BY_WORDS]
        read = self.meanings.read(query.text, front)
        if read is None:
            return self._words.search(query)
        kind, shelf, vector = read
        likeness = shelf.cosines(vector, front)
        near = {n: c for n, c in shelf.near(vector, query.scope, BY_MEANING).items() if c >= kind.nearest}
        near = self._fulfilling({n: c for n, c in near.items() if n not in hits}, query)
        scores = {number: score for score, number in fused(front, likeness | near, kind.weight)}
        order = [*scores, *list(hits)[BY_WORDS:]]
        shown = [number for number in order if not query.seen or key_of(number) not in query.seen]
        page = (hits.get(number) or _alike(number) for number in shown[: query.limit])
        return replace(
            found,
            hits=tuple(replace(hit, score=scores.get(hit.number, 0.0)) for hit in page),
            more=found.more or len(shown) > query.limit,
        )

    def _fulfilling(self, near: dict[int, float], query: ProductQuery) -> dict[int, float]:
        if query.filters == NO_FILTERS or not near:
            return near
        kept = self._words.among(near, query)
        return {number: cosine for number, cosine in near.items() if number in kept}

    def put(self, products: Iterable[Product]) -> None:
        together = list(products)
        self._words.put(together)
        self.meanings.put(together)

    def commit(self) -> None:
        self.meanings.commit()
        self._words.commit()

    def rollback(self) -> None:
        self.meanings.rollback()
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
        self.meanings.close()

    def discard(self) -> None:
        self._words.discard()


def _alike(number: int) -> Hit:
    """A product that has none of the words."""
    return Hit(number, 0.0, whole=False, by_meaning=True)
