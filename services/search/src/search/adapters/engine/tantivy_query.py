"""Builds the embedded engine's queries from terms and never from text: no query syntax can reach it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import tantivy

from search.adapters.engine.tantivy_schema import FREQUENCIES, PRESENCE
from search.adapters.engine.terms import (
    MAX_CHARACTER_SHARE,
    MAX_GRAMS,
    MAX_GRAMS_OF_RUN,
    MIN_COMMON,
    SOUND_SCORE,
    WORD_WEIGHT,
    Terms,
    enough,
)
from search.domain.queries import ProductQuery

MUST, SHOULD, NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
Query = tantivy.Query
SORTS = {
    "price_asc": ("price", tantivy.Order.Asc),
    "price_desc": ("price", tantivy.Order.Desc),
    "sales": ("sales", tantivy.Order.Desc),
}
FACETS: dict[str, Any] = {
    "category": {"terms": {"field": "category", "size": 50}},
    "brand": {"terms": {"field": "brand", "size": 20}},
    "in_stock": {"terms": {"field": "in_stock", "size": 2}},
}
MAX_PRICE = 2**63


class Builder:
    """Builds the engine's queries for one search."""

    def __init__(
        self, schema: tantivy.Schema, searcher: tantivy.Searcher, query: ProductQuery, terms: Terms
    ) -> None:
        self._schema = schema
        self.searcher = searcher
        self._terms = terms
        self._by_gram: dict[str, Query] = {}
        self._filters = list(self._conditions(query))

    def all_terms(self) -> Query:
        """Products that match everything in the query; all of the scope for an empty one."""
        terms = self._terms
        if terms.is_nothing:
            return self.scoped(Query.all_query())
        if not terms.is_han:
            return self._filtered([(MUST, word) for word in self._words()])
        single = [gram for gram in self._rarest(terms.grams) if gram not in terms.deciding]
        clauses = [(MUST, gram) for gram in self._grams(terms.deciding)]
        clauses += [(SHOULD, gram) for gram in self._grams(single)]
        return self._filtered(clauses + [(SHOULD, word) for word in self._words(WORD_WEIGHT)])

    def any_term(self, some_have_all: bool) -> Query:
        """Products that match any part of the query."""
        terms = self._terms
        if terms.is_han:
            clauses = [*self._grams(self._rarest(terms.grams)), *self._words(WORD_WEIGHT)]
        elif some_have_all:
            clauses = self._words()
        else:  # text without spaces may contain it, or it may be pinyin
            clauses = [*map(self._most_of, terms.inside), *self._words(WORD_WEIGHT), *self._sounds_like()]
        return self._filtered([(SHOULD, clause) for clause in clauses])

    def chosen(self, numbers: Iterable[int]) -> Query:
        """Those of the products with these numbers that pass the filters."""
        clauses = [(SHOULD, Query.term_query(self._schema, "number", number, PRESENCE)) for number in numbers]
        return self._filtered([(MUST, Query.boolean_query(clauses))])

    def all_grams(self) -> Query:
        """Products with every gram of the typed text."""
        return Query.boolean_query([(MUST, gram) for gram in self._grams(self._terms.deciding)])

    def spoken(self, whole: Sequence[str], ends: Sequence[str]) -> Query:
        """Products whose titles have the `whole` words and one of `ends`."""
        clauses = [(MUST, Query.term_query(self._schema, "spoken", word, PRESENCE)) for word in whole]
        return Query.boolean_query(
            [*clauses, (MUST, Query.term_set_query(self._schema, "spoken", list(ends)))]
        )

    def sounding(self, sounds: Sequence[str]) -> Query:
        """Products whose titles have one of `sounds` as pinyin."""
        return Query.term_set_query(self._schema, "sounds", list(sounds))

    def scoped(self, query: Query) -> Query:
        """`query` with the filters of the search, listed products only."""
        if not self._filters:
            return Query.boolean_query([(MUST, query), (MUST, self._listed())])
        return Query.boolean_query([(MUST, query), (MUST, self._listed()), *self._filters])

    def _filtered(self, clauses: list[tuple[Any, Query]]) -> Query:
        query = Query.boolean_query(clauses)
        if not self._filters:
            return query
        return Query.boolean_query([(MUST, query), *self._filters])

    def _listed(self) -> Query:
        return _unscored(Query.range_query(self._schema, "price", tantivy.FieldType.Unsigned, 0, MAX_PRICE))

    def _words(self, weight: float = 1.0) -> list[Query]:
        words = [Query.term_query(self._schema, "words", word, FREQUENCIES) for word in self._terms.words]
        return words if weight == 1.0 else [Query.boost_query(word, weight) for word in words]

    def _grams(self, grams: Iterable[str]) -> list[Query]:
        return [self._by_gram.get(gram) or self._gram(gram) for gram in grams]

    def _gram(self, gram: str) -> Query:
        query = self._by_gram[gram] = Query.term_query(self._schema, "chars", gram, FREQUENCIES)
        return query

    def _most_of(self, run: Sequence[str]) -> Query:
        rarest = [gram for _, gram in sorted(self._counted(run))[:MAX_GRAMS_OF_RUN]]
        clauses = [(SHOULD, gram) for gram in self._grams(rarest)]
        return Query.boolean_query(clauses, minimum_number_should_match=enough(rarest))

    def _sounds_like(self) -> list[Query]:
        if not self._terms.sound:
            return []
        pinyin = Query.regex_query(
            self._schema, "sounds", f"{self._terms.sound}.*"
        )  # ASCII letters: no syntax
        return [Query.const_score_query(pinyin, SOUND_SCORE)]

    def _rarest(self, grams: Sequence[str]) -> Sequence[str]:
        """The rarest pairs and uncommon single characters: the common ones cost most and tell nothing."""
        if not any(len(gram) > 1 for gram in grams):
            return grams
        limit = max(MIN_COMMON, MAX_CHARACTER_SHARE * self.searcher.num_docs)
        found = [(n, gram) for n, gram in self._counted(grams) if n and (len(gram) > 1 or n <= limit)]
        return [gram for _, gram in sorted(found)[:MAX_GRAMS]]

    def _counted(self, grams: Iterable[str]) -> Iterable[tuple[int, str]]:
        return ((self.searcher.doc_freq("chars", gram), gram) for gram in grams)

    def _conditions(self, query: ProductQuery) -> Iterable[tuple[Any, Query]]:
        scope, filters = query.scope, query.filters
        if scope.only is not None:
            yield MUST, self._any_of("program", scope.only - scope.never)
        elif scope.never:
            yield NOT, self._any_of("program", scope.never)
        if filters.category_id is not None:
            yield MUST, self._any_of("category", {filters.category_id})
        if filters.in_stock is not None:
            yield MUST, self._between("in_stock", int(filters.in_stock), int(filters.in_stock))
        if filters.min_price is not None or filters.max_price is not None:
            high = MAX_PRICE if filters.max_price is None else filters.max_price
            yield MUST, self._between("price", filters.min_price or 0, high)

    def _any_of(self, field: str, values: Iterable[str]) -> Query:
        chosen = sorted(values)
        if len(chosen) == 1:
            return _unscored(Query.term_query(self._schema, field, chosen[0], PRESENCE))
        return _unscored(Query.term_set_query(self._schema, field, chosen))

    def _between(self, field: str, low: int, high: int) -> Query:
        return _unscored(Query.range_query(self._schema, field, tantivy.FieldType.Unsigned, low, high))


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
