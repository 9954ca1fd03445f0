"""Builds OpenSearch's queries: the same terms and weights as in the embedded engine, so that both rank alike."""

from __future__ import annotations

from collections.abc import Iterable

from search.adapters.engine.layout import MAX_SOUND
from search.adapters.engine.opensearch_schema import Body
from search.adapters.engine.terms import FEW_NEEDS, WORD_WEIGHT, Need, Terms
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


def stages(terms: Terms) -> list[tuple[Body, bool]]:
    """Matches of everything in the query; of its head in the name; and of two needs, where a query has many. With whether they
    have everything. All products for an empty query."""
    if terms.is_nothing:
        return [({"match_all": {}}, True)]
    whole = [_met(need, named=False) for need in terms.needs]
    in_name = [_met(need, named=True) for need in terms.head]
    weight = WORD_WEIGHT if terms.grams else 1.0
    score = [*_each("words", terms.words, weight), *_each("chars", terms.grams)]
    found = [
        ({"bool": {"must": whole, "should": score}}, True),
        ({"bool": {"must": in_name, "should": score}}, False),
    ]
    if len(whole) > FEW_NEEDS:
        found.append(({"bool": {"must": [_at_least(whole, 2)], "should": score}}, False))
    return found


def _met(need: Need, named: bool) -> Body:
    """Products that meet a need, in their names or anywhere; without a score."""
    words, chars = ("names", "name_chars") if named else ("words", "chars")
    terms = [*_each(words, need.words), *_each(chars, need.grams)]
    return {"constant_score": {"filter": _at_least(terms, 1), "boost": 0.0}}


def completions(terms: Terms, words: list[str], is_han: bool) -> list[Body]:
    """Products whose titles the typed text, cut into `terms` and `words`, may be a prefix of."""
    if is_han:
        return [{"bool": {"must": [_met(need, named=False) for need in terms.needs]}}]
    last = {"prefix": {"spoken": {"value": words[-1]}}}
    return [
        {"bool": {"must": [*_each("spoken", words[:-1]), last]}},
        {"prefix": {"sounds": {"value": "".join(words)[:MAX_SOUND]}}},
    ]


def _at_least(clauses: list[Body], count: int) -> Body:
    return {"bool": {"should": clauses, "minimum_should_match": count}}


def _each(field: str, values: Iterable[str], boost: float = 1.0) -> list[Body]:
    return [{"term": {field: {"value": value, "boost": boost}}} for value in values]
