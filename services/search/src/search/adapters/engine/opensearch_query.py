"""Builds OpenSearch's queries: the same terms and weights as in the embedded engine, so that both rank alike."""

from __future__ import annotations

from collections.abc import Iterable

from search.adapters.engine.layout import MAX_SOUND
from search.adapters.engine.opensearch_schema import Body
from search.adapters.engine.terms import SOUND_SCORE, WORD_WEIGHT, Terms, enough
from search.domain.queries import ProductQuery

SORTS = {"price_asc": ("price", "asc"), "price_desc": ("price", "desc"), "sales": ("sales", "desc")}
FACETS = {
    "category": {"terms": {"field": "category", "size": 50}},
    "brand": {"terms": {"field": "brand", "size": 20}},
    "in_stock": {"terms": {"field": "in_stock", "size": 2}},
}


def search_body(query: ProductQuery, match: Body, size: int, order: tuple[str, str] | None) -> Body:
    """A search for `match` in the scope and filters of `query`; by score when `order` is None."""
    body: Body = {
        "size": size,
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": ["number", "traits"],
        "query": {"bool": {"must": [match], **_conditions(query)}},
    }
    if order is not None:
        body["sort"] = [{order[0]: order[1]}]
    if query.facets:
        body["aggs"] = FACETS
    return body


def _conditions(query: ProductQuery) -> Body:
    scope, filters = query.scope, query.filters
    kept: list[Body] = []
    if scope.only is not None:
        kept.append({"terms": {"program": sorted(scope.only - scope.never)}})
    if filters.category_id is not None:
        kept.append({"term": {"category": filters.category_id}})
    if filters.in_stock is not None:
        kept.append({"term": {"in_stock": int(filters.in_stock)}})
    if filters.min_price is not None or filters.max_price is not None:
        kept.append({"range": {"price": {"gte": filters.min_price or 0, "lte": filters.max_price}}})
    never = [{"terms": {"program": sorted(scope.never)}}] if scope.only is None and scope.never else []
    return {"filter": kept, "must_not": never}


def all_terms(terms: Terms) -> Body:
    """Products that match everything in the query."""
    if terms.is_nothing:
        return {"match_all": {}}
    if not terms.is_han:
        return _every("words", terms.words)
    single = [gram for gram in terms.grams if gram not in terms.deciding]
    should = [*_each("chars", single), *_each("words", terms.words, WORD_WEIGHT)]
    return {"bool": {"must": _each("chars", terms.deciding), "should": should}}


def any_term(terms: Terms, some_have_all: bool) -> Body:
    """Products that match any part of the query; when none has all of it, also inside text without blanks and as pinyin."""
    if terms.is_han:
        should = [*_each("words", terms.words, WORD_WEIGHT), *_each("chars", terms.grams)]
    elif some_have_all:
        should = _each("words", terms.words)
    else:
        inside = [_at_least(_each("chars", run), enough(run)) for run in terms.inside]
        pinyin = {"prefix": {"sounds": {"value": terms.sound, "boost": SOUND_SCORE}}}
        should = [*_each("words", terms.words, WORD_WEIGHT), *inside, *([pinyin] if terms.sound else [])]
    return _at_least(should, 1)


def completions(terms: Terms, words: list[str]) -> list[Body]:
    """Products whose titles the typed text, cut into `terms` and `words`, may be a prefix of."""
    if terms.is_han:
        return [_every("chars", terms.deciding)]
    last = {"prefix": {"spoken": {"value": words[-1]}}}
    return [
        {"bool": {"must": [*_each("spoken", words[:-1]), last]}},
        {"prefix": {"sounds": {"value": "".join(words)[:MAX_SOUND]}}},
    ]


def _at_least(clauses: list[Body], count: int) -> Body:
    return {"bool": {"should": clauses, "minimum_should_match": count}}


def _every(field: str, values: Iterable[str]) -> Body:
    return {"bool": {"must": _each(field, values)}}


def _each(field: str, values: Iterable[str], boost: float = 1.0) -> list[Body]:
    return [{"term": {field: {"value": value, "boost": boost}}} for value in values]
