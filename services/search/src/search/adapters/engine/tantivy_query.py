"""Builds the embedded engine's queries from terms and never from text: no query syntax can reach it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import tantivy

from search.adapters.engine.tantivy_schema import FREQUENCIES, PRESENCE
from search.adapters.engine.terms import (
    FEW_NEEDS,
    MAX_CHARACTER_SHARE,
    MAX_GRAMS,
    MIN_COMMON,
    WORD_WEIGHT,
    Need,
    Terms,
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

    def stages(self) -> Iterable[tuple[Query, bool]]:
        """Matches of everything in the query; of its head in the name; and of two needs, where a query has many. With whether
        they have everything."""
        terms = self._terms
        whole = [self._met(need, named=False) for need in terms.needs]
        score = self._score()
        yield self._matching(whole, score), True
        yield self._matching([self._met(need, named=True) for need in terms.head], score), False
        if len(whole) > FEW_NEEDS:
            any_two = Query.boolean_query([(SHOULD, need) for need in whole], minimum_number_should_match=2)
            yield self._matching([any_two], score), False

    def matching(self) -> Iterable[tuple[Query, bool]]:
        """The same; all of the scope for an empty query."""
        terms = self._terms
        if terms.is_nothing:
            yield self.scoped(Query.all_query()), True
            return
        yield from self.stages()

    def _matching(self, needs: Sequence[Query], score: Sequence[Query]) -> Query:
        return self._filtered([*((MUST, need) for need in needs), *((SHOULD, term) for term in score)])

    def _met(self, need: Need, named: bool) -> Query:
        """Products that meet a need, in their names or anywhere; without a score."""
        fields = ("names", "name_chars") if named else ("words", "chars")
        terms = [Query.term_query(self._schema, fields[0], word, PRESENCE) for word in need.words]
        terms += [Query.term_query(self._schema, fields[1], gram, PRESENCE) for gram in need.grams]
        query = terms[0] if len(terms) == 1 else Query.boolean_query([(SHOULD, term) for term in terms])
        return _unscored(query)

    def _score(self) -> list[Query]:
        return [*self._words(), *self._grams(self._rarest(self._terms.grams))]

    def chosen(self, numbers: Iterable[int]) -> Query:
        """Those of the products with these numbers that pass the filters."""
        clauses = [(SHOULD, Query.term_query(self._schema, "number", number, PRESENCE)) for number in numbers]
        return self._filtered([(MUST, Query.boolean_query(clauses))])

    def all_grams(self) -> Query:
        """Products that meet every need of the typed text."""
        return Query.boolean_query([(MUST, self._met(need, named=False)) for need in self._terms.needs])

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

    def _words(self) -> list[Query]:
        words = [Query.term_query(self._schema, "words", word, FREQUENCIES) for word in self._terms.words]
        return [Query.boost_query(word, WORD_WEIGHT) for word in words] if self._terms.grams else words

    def _grams(self, grams: Iterable[str]) -> list[Query]:
        return [self._by_gram.get(gram) or self._gram(gram) for gram in grams]

    def _gram(self, gram: str) -> Query:
        query = self._by_gram[gram] = Query.term_query(self._schema, "chars", gram, FREQUENCIES)
        return query

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
