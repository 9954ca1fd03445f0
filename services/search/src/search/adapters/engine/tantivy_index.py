"""The embedded engine: tantivy inside the process, in a folder or in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import tantivy

from search.adapters.engine import tantivy_query as queries
from search.adapters.engine.layout import MAX_SOUND
from search.adapters.engine.tantivy_schema import open_index, to_document
from search.adapters.engine.terms import FEW_PRODUCTS, depth_of, factor_of, terms_of
from search.application.ports import Found, Hit
from search.domain.cursors import key_of
from search.domain.documents import Product, number_of
from search.domain.language.text import clean, has_han, stems, surface_words
from search.domain.queries import ProductQuery, Scope
from search.domain.spelling import one_edit_apart

WRITER_BYTES = 128_000_000
MAX_BATCH = 1_000
"""Documents that are built before the engine gets them."""
MAX_COMPLETIONS = 16
"""Terms with a typed prefix that suggestions search for."""
SPELLING_PREFIX = 2
"""Letters that are taken as correct when a word is corrected: few typos are in the first two."""

Ranked = list[tuple[float, int, bool]]
"""Minus the score, the product's number (so that ties have the same order everywhere), whether it is whole."""


class TantivyIndex:
    """A ProductIndex in `folder`, in memory for None. One writer, any number of readers, in one process."""

    def __init__(self, folder: Path | None = None, writer_threads: int = 1) -> None:
        self._index = open_index(folder)
        self._schema = self._index.schema
        self._writer = self._index.writer(WRITER_BYTES, writer_threads)
        self._searcher = self._index.searcher()
        self._unseen: set[int] = set()
        """Products put since the last refresh, which the searcher does not see."""

    def put(self, products: Iterable[Product]) -> None:
        remaining = iter(products)
        # in batches: waking the engine's thread for each document would double the cost
        while batch := list(islice(remaining, MAX_BATCH)):
            self._put(batch)

    def _put(self, products: Sequence[Product]) -> None:
        documents = {
            number: to_document(product, number) if product.listed else None
            for product in products
            for number in [number_of(product.product_id)]
        }
        for number in documents:
            # a deletion costs as much as a document, and most products are new
            if number in self._unseen or self._searcher.doc_freq("number", number):
                # by a query: the engine's deletion by term does not find numbers
                self._writer.delete_documents_by_query(
                    tantivy.Query.term_query(self._schema, "number", number)
                )
        self._unseen.update(documents)
        add = self._writer.add_json
        for document in documents.values():
            if document is not None:
                add(document)

    def commit(self) -> None:
        self._writer.commit()

    def rollback(self) -> None:
        self._writer.rollback()

    def refresh(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()
        self._unseen = set()

    @property
    def size(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, query: ProductQuery) -> Found:
        terms = terms_of(query.text)
        if query.scope.is_empty or (query.text and terms.is_nothing):
            return Found()
        build = queries.Builder(self._schema, self._searcher, query, terms)
        if query.text and query.sort == "relevance":
            ranked = self._ranked(build, query)
        else:
            ranked = self._sorted(build, query)
        any_whole = any(whole for _, _, whole in ranked)
        shown = [
            Hit(number, -score, whole)
            for score, number, whole in ranked
            if not query.seen or key_of(number) not in query.seen
        ]
        return Found(
            tuple(shown[: query.limit]),
            len(shown) > query.limit,
            any_whole,
            self._facets(build, any_whole) if query.facets else {},
        )

    def _ranked(self, build: queries.Builder, query: ProductQuery) -> Ranked:
        """Matches by score and factors, best first."""
        limit = depth_of(query)
        ranked: Ranked = []
        known: set[tuple[int, int]] = set()
        for engine_query, whole in build.stages():
            hits = build.searcher.search(engine_query, limit, count=False).hits
            new = [(score, at) for score, at in hits if (at.segment_ord, at.doc) not in known]
            known.update((at.segment_ord, at.doc) for _, at in new)
            addresses = [at for _, at in new]
            traits = _values(build.searcher, "traits", addresses)
            numbers = _values(build.searcher, "number", addresses)
            ranked += [
                (-score * factor_of(query, whole, trait), number, whole)
                for (score, _), trait, number in zip(new, traits, numbers, strict=True)
            ]
        return sorted(ranked)

    def _sorted(self, build: queries.Builder, query: ProductQuery) -> Ranked:
        """Ordered by a field: products that match everything, or if there are none, those that match a part."""
        field, order = queries.SORTS.get(query.sort, queries.SORTS["sales"])
        sign = -1 if order == tantivy.Order.Desc else 1
        for engine_query, whole in build.matching():
            hits = build.searcher.search(
                engine_query, depth_of(query), count=False, order_by_field=field, order=order
            ).hits
            if hits or not query.text:
                numbers = _values(build.searcher, "number", [at for _, at in hits])
                return sorted(
                    (sign * float(value or 0), number, whole)
                    for (value, _), number in zip(hits, numbers, strict=True)
                )
        return []

    def _facets(self, build: queries.Builder, any_whole: bool) -> dict[str, dict[str, int]]:
        engine_query = next(engine_query for engine_query, whole in build.matching() if whole is any_whole)
        answer = build.searcher.aggregate(engine_query, queries.FACETS)
        return {
            name: {str(b["key"]): int(b["doc_count"]) for b in answer[name]["buckets"] if b["key"] != ""}
            for name in queries.FACETS
        }

    def among(self, numbers: Collection[int], query: ProductQuery) -> set[int]:
        if not numbers or query.scope.is_empty:
            return set()
        build = queries.Builder(self._schema, self._searcher, query, terms_of(""))
        hits = build.searcher.search(build.chosen(numbers), len(numbers), count=False).hits
        return set(_values(build.searcher, "number", [at for _, at in hits]))

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[int]:
        typed = clean(typed)
        terms, words = terms_of(typed), surface_words(typed)
        if terms.is_nothing or scope.is_empty:
            return []
        build = queries.Builder(self._schema, self._searcher, ProductQuery(scope=scope), terms)
        if has_han(typed):
            options = [build.all_grams()]
        else:
            options = [
                build.spoken(words[:-1], self._completions("spoken", words[-1])),
                build.sounding(self._completions("sounds", "".join(words)[:MAX_SOUND])),
            ]
        found: dict[int, None] = {}
        for option in options:
            hits = build.searcher.search(
                build.scoped(option), limit, count=False, order_by_field="sales"
            ).hits
            found.update(dict.fromkeys(_values(build.searcher, "number", [at for _, at in hits])))
        return list(found)[:limit]

    def _completions(self, field: str, prefix: str) -> list[str]:
        terms = self._searcher.terms_with_prefix(field, prefix, limit=MAX_COMPLETIONS)
        return [term for term, _ in terms]

    def is_word(self, word: str) -> bool | None:
        if self._searcher.doc_freq("spoken", word) > 0:
            return True
        return None if self.size < FEW_PRODUCTS else False

    def sells(self, mini_program_id: str, text: str) -> bool:
        terms = terms_of(text)
        if terms.is_nothing:
            return False
        query = ProductQuery(text=text, scope=Scope(only=frozenset({mini_program_id})))
        build = queries.Builder(self._schema, self._searcher, query, terms)
        return bool(build.searcher.search(next(iter(build.matching()))[0], 1, count=False).hits)

    def correct(self, text: str) -> str | None:
        text = clean(text)
        words = surface_words(text)
        corrected = [self._nearest(word) for word in words]
        return None if has_han(text) or corrected == words else " ".join(corrected)

    def _nearest(self, word: str) -> str:
        searcher = self._searcher
        if len(word) < 2 * SPELLING_PREFIX or searcher.doc_freq("words", stems(word)[0]):
            return word
        near = [
            (count, term)
            for term, count in searcher.terms_with_prefix("spoken", word[:SPELLING_PREFIX])
            if one_edit_apart(word, term)
        ]
        return max(near)[1] if near else word

    def close(self) -> None:
        self._writer.wait_merging_threads()

    def discard(self) -> None:
        """Nothing to do: everything is in the folder."""


def _values(searcher: tantivy.Searcher, field: str, addresses: list[Any]) -> list[int]:
    """The values of a field that every document has."""
    return cast("list[int]", searcher.fast_field_values(field, addresses))
