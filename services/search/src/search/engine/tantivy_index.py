"""The embedded engine: tantivy inside the process, in a folder of its own or in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from search.domain.cursors import key_of
from search.domain.documents import Product
from search.domain.queries import ProductQuery, Scope
from search.domain.spelling import one_edit_apart
from search.engine import tantivy_query as queries
from search.engine.layout import number_of
from search.engine.port import Found, Hit
from search.engine.tantivy_schema import open_index, product_of, to_document
from search.engine.terms import ACCESSORY, ALL_TERMS, FEW_PRODUCTS, SOLD_OUT, Terms, terms_of
from search.language.text import clean, has_han, stems, surface_words

WINDOW = 100
"""Hits that are put in order by more than their score; ranking beyond the fifth page is nobody's concern."""
WRITER_BYTES = 128_000_000
SUGGESTED_TERMS = 16
SPELLING_PREFIX = 2
"""Letters that are taken to be right when a word is corrected: few slips are in the first two."""

Address = tuple[int, int]


class TantivyIndex:
    """A ProductIndex in `folder`, in memory for None. One writer, any number of readers, in one process."""

    def __init__(self, folder: Path | None = None, writer_threads: int = 1) -> None:
        self._index = open_index(folder)
        self._writer = self._index.writer(WRITER_BYTES, writer_threads)
        self._searcher = self._index.searcher()

    def write(self, products: Iterable[Product]) -> None:
        self.add(products)
        self.commit()

    def add(self, products: Iterable[Product], replace: bool = True) -> None:
        """Hand over products without making them visible; `replace` False for products known to be new."""
        for product in products:
            if replace:
                self._writer.delete_documents_by_term("product_id", product.product_id)
            self._writer.add_document(to_document(product))

    def commit(self) -> None:
        """Make durable and visible what was handed over."""
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def size(self) -> int:
        """Products stored, listed or not."""
        return int(self._searcher.num_docs)

    def search(self, query: ProductQuery) -> Found:
        if query.scope.is_empty:
            return Found((), more=False, any_whole=False)
        searcher, terms = self._searcher, terms_of(query.text)
        if query.text and terms.is_nothing:
            return Found((), more=False, any_whole=False)
        ranked = self._sorted(searcher, query, terms) if query.sort != "relevance" or not query.text else None
        if ranked is None:
            ranked = self._ranked(searcher, query, terms)
        hits, more = self._page(searcher, query, ranked)
        facets = self._facets(searcher, query, terms) if query.facets else {}
        return Found(tuple(hits), more, any(whole for _, whole, _ in ranked), facets)

    def _ranked(
        self, searcher: tantivy.Searcher, query: ProductQuery, terms: Terms
    ) -> list[tuple[float, bool, Any]]:
        """Matches by score, the first of them by all that is known; everything that was asked for counts more."""
        build = queries.Builder(self._index.schema, searcher, query, terms)
        limit = max(WINDOW, 2 * (len(query.seen) + query.limit))
        found = [(score, True, at) for score, at in searcher.search(build.all_terms(), limit, count=False).hits]
        if len(found) < limit:
            known = {(at.segment_ord, at.doc) for _, _, at in found}
            hits = searcher.search(build.any_term(bool(found)), limit, count=False).hits
            found += [(score, False, at) for score, at in hits if (at.segment_ord, at.doc) not in known]
        return self._weighed(searcher, query, terms, found)

    def _weighed(
        self, searcher: tantivy.Searcher, query: ProductQuery, terms: Terms, found: list[tuple[float, bool, Any]]
    ) -> list[tuple[float, bool, Any]]:
        addresses = [at for _, _, at in found]
        accessories = searcher.fast_field_values("accessory", addresses)
        stocked = searcher.fast_field_values("in_stock", addresses)
        boosts = {number_of(program): boost for program, boost in query.boosts.items()}
        programs = searcher.fast_field_values("program_number", addresses) if boosts else [0] * len(addresses)
        weighed = []
        for (score, whole, at), accessory, in_stock, program in zip(
            found, accessories, stocked, programs, strict=True
        ):
            if whole:
                score *= ALL_TERMS
            if accessory and not terms.wants_accessory:
                score *= ACCESSORY
            if not in_stock:
                score *= SOLD_OUT
            if boosts:
                score *= boosts.get(int(program or 0), 1.0)
            weighed.append((score, whole, at))
        weighed.sort(key=lambda item: -item[0])
        return weighed

    def _sorted(
        self, searcher: tantivy.Searcher, query: ProductQuery, terms: Terms
    ) -> list[tuple[float, bool, Any]]:
        """In order of a field: what has everything that was asked for; what has a part of it when nothing has all."""
        build = queries.Builder(self._index.schema, searcher, query, terms)
        field, order = queries.SORTS.get(query.sort, queries.SORTS["sales"])
        limit = max(WINDOW, 2 * (len(query.seen) + query.limit))
        for wanted, whole in ((build.all_terms(), True), (build.any_term(False), False)):
            hits = searcher.search(wanted, limit, count=False, order_by_field=field, order=order).hits
            if hits or not query.text:
                return [(float(value or 0), whole, at) for value, at in hits]
        return []

    def _page(
        self, searcher: tantivy.Searcher, query: ProductQuery, ranked: list[tuple[float, bool, Any]]
    ) -> tuple[list[Hit], bool]:
        hits: list[Hit] = []
        for score, whole, at in ranked:
            product = self._product(searcher, at)
            if query.seen and key_of(product.product_id) in query.seen:
                continue
            if len(hits) == query.limit:
                return hits, True
            hits.append(Hit(product, score, whole))
        return hits, False

    def _facets(self, searcher: tantivy.Searcher, query: ProductQuery, terms: Terms) -> dict[str, dict[str, int]]:
        build = queries.Builder(self._index.schema, searcher, query, terms)
        for wanted in (build.all_terms(), build.any_term(False)):
            answer = searcher.aggregate(wanted, queries.FACETS)
            facets = {
                name: {str(b["key"]): int(b["doc_count"]) for b in answer[name]["buckets"] if b["key"] != ""}
                for name in queries.FACETS
            }
            if any(facets.values()):
                return facets
        return {}

    def fetch(self, product_ids: Sequence[str]) -> dict[str, Product]:
        if not product_ids:
            return {}
        searcher = self._searcher
        wanted = tantivy.Query.term_set_query(self._index.schema, "product_id", list(product_ids))
        found = searcher.search(wanted, len(product_ids), count=False).hits
        products = (self._product(searcher, at) for _, at in found)
        return {product.product_id: product for product in products}

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[str]:
        typed = clean(typed)
        terms = terms_of(typed)
        if terms.is_nothing or scope.is_empty:
            return []
        searcher = self._searcher
        build = queries.Builder(self._index.schema, searcher, ProductQuery(scope=scope), terms)
        words = surface_words(typed)
        options = [build.all_grams()] if terms.is_han else []
        if words and not terms.is_han:
            ends = [term for term, _ in searcher.terms_with_prefix("spoken", words[-1], limit=SUGGESTED_TERMS)]
            options.append(build.spoken(words[:-1], ends))
            sounds = [t for t, _ in searcher.terms_with_prefix("sounds", "".join(words), limit=SUGGESTED_TERMS)]
            options.append(build.sounding(sounds))
        titles: dict[str, None] = {}
        for wanted in options:
            hits = searcher.search(build.scoped(wanted), limit, count=False, order_by_field="sales").hits
            titles.update(dict.fromkeys(self._product(searcher, at).title for _, at in hits))
        return list(titles)[:limit]

    def is_word(self, word: str) -> bool | None:
        if self._searcher.doc_freq("spoken", word) > 0:
            return True
        return None if self.size < FEW_PRODUCTS else False

    def sells(self, mini_program_id: str, text: str) -> bool:
        query = ProductQuery(text=text, scope=Scope(only=frozenset({mini_program_id})))
        terms = terms_of(text)
        if terms.is_nothing:
            return False
        build = queries.Builder(self._index.schema, self._searcher, query, terms)
        return bool(self._searcher.search(build.all_terms(), 1, count=False).hits)

    def correct(self, text: str) -> str | None:
        text = clean(text)
        if has_han(text):
            return None
        words = surface_words(text)
        corrected = [self._nearest(word) for word in words]
        return " ".join(corrected) if corrected != words else None

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

    def _product(self, searcher: tantivy.Searcher, at: Any) -> Product:
        return product_of(bytes(searcher.doc(at)["source"][0]))
