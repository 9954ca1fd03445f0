"""The same index in OpenSearch: same fields, same terms, same weights, so that both engines answer alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoAnswer
from opensearchpy.exceptions import TransportError

from search.domain.cursors import key_of
from search.domain.documents import Product, number_of
from search.domain.queries import ProductQuery, Scope
from search.engine.layout import TYPED_SOUND, indexed
from search.engine.port import Found, Hit, IndexAway
from search.engine.terms import (
    FEW_PRODUCTS,
    SOUND_SCORE,
    WORD_WEIGHT,
    Factors,
    Terms,
    depth_of,
    enough,
    terms_of,
    traits_of,
)
from search.language.text import clean, has_han, surface_words

BULK = 1_000
"""Products in one request."""
BUSY = frozenset({429, 502, 503, 504})
SORTS = {"price_asc": ("price", "asc"), "price_desc": ("price", "desc"), "sales": ("sales", "desc")}
FACETS = {
    "category": {"terms": {"field": "category", "size": 50}},
    "brand": {"terms": {"field": "brand", "size": 20}},
    "in_stock": {"terms": {"field": "in_stock", "size": 2}},
}
_words = {"type": "text", "analyzer": "blanks", "norms": True, "index_options": "freqs"}
_marks = {"type": "text", "analyzer": "blanks", "norms": False, "index_options": "docs"}
_column = {"type": "long", "index": False}
INDEX = {
    "settings": {
        "number_of_shards": 1,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "analysis": {
            "tokenizer": {"pairs": {"type": "ngram", "min_gram": 1, "max_gram": 2}},
            "analyzer": {
                "blanks": {"type": "custom", "tokenizer": "whitespace"},
                "grams": {"type": "custom", "tokenizer": "pairs"},
            },
        },
    },
    "mappings": {
        "dynamic": "strict",
        "_source": {"enabled": False},
        "properties": {
            "words": _words,
            "chars": _words | {"analyzer": "grams"},
            "spoken": _marks,
            "sounds": _marks,
            "program": {"type": "keyword"},
            "category": {"type": "keyword"},
            "brand": {"type": "keyword"},
            "price": {"type": "long"},
            "sales": {"type": "long"},
            "in_stock": {"type": "long"},
            "number": _column,
            "traits": _column,
        },
    },
}

Body = dict[str, Any]
NO_HITS: Body = {"hits": [], "facets": {}}
T = TypeVar("T")


class OpenSearchIndex:
    """A ProductIndex called `name` in the OpenSearch at `url`; made when it is not there. Raises IndexAway."""

    def __init__(self, url: str, name: str, timeout: float = 5.0) -> None:
        self._client = OpenSearch([url], timeout=timeout, max_retries=0)
        self._name = name
        self._waiting: list[Body] = []
        self._size = 0
        if not _answered(lambda: self._client.indices.exists(index=name)):
            _answered(lambda: self._client.indices.create(index=name, body=INDEX))
        self.refresh()

    def put(self, products: Iterable[Product]) -> None:
        for product in products:
            number = number_of(product.product_id)
            if product.listed:
                self._waiting += [{"index": {"_id": str(number)}}, _document(product, number)]
            else:
                self._waiting.append({"delete": {"_id": str(number)}})

    def commit(self) -> None:
        lines, at = self._waiting, 0
        while at < len(lines):
            end = min(at + 2 * BULK, len(lines))
            while end < len(lines) and "index" not in lines[end] and "delete" not in lines[end]:
                end += 1
            part = lines[at:end]
            answer = _answered(partial(self._client.bulk, body=part, index=self._name))
            refused = [
                i
                for item in answer["items"]
                for i in item.values()
                if i["status"] >= 400 and i["status"] != 404
            ]
            if refused:
                raise IndexAway(f"OpenSearch refused {len(refused)} products: {refused[0].get('error')}")
            at = end
        self._waiting = []

    def rollback(self) -> None:
        self._waiting = []

    def refresh(self) -> None:
        _answered(lambda: self._client.indices.refresh(index=self._name))
        self._size = int(_answered(lambda: self._client.count(index=self._name))["count"])

    @property
    def size(self) -> int:
        return self._size

    def search(self, query: ProductQuery) -> Found:
        terms = terms_of(query.text)
        if query.scope.is_empty or (query.text and terms.is_nothing):
            return Found()
        order = None if query.text and query.sort == "relevance" else SORTS.get(query.sort, SORTS["sales"])
        wanted = [_all_terms(terms)]
        if (
            query.text
        ):  # which of the two counts is known with the first answer: asked together, they cost one way
            wanted += [_any_term(terms, some_have_all=True), _any_term(terms, some_have_all=False)]
        wholes, *others = self._hits([_body(query, part, depth_of(query), order) for part in wanted])
        parts = others[0 if wholes["hits"] else 1] if others else NO_HITS
        factors = Factors(query, terms)
        ranked: dict[int, tuple[float, int, bool]] = {}
        for hits, whole in ((wholes, True), (parts, False)):
            if order is not None and not whole and wholes["hits"]:
                break
            for hit in hits["hits"]:
                number = int(hit["fields"]["number"][0])
                if order is None:
                    rank = -float(hit["_score"]) * factors.of(whole, int(hit["fields"]["traits"][0]))
                else:
                    rank = float(hit["sort"][0]) * (-1 if order[1] == "desc" else 1)
                ranked.setdefault(number, (rank, number, whole))
        shown = [
            Hit(number, -rank, whole)
            for rank, number, whole in sorted(ranked.values())
            if not query.seen or key_of(number) not in query.seen
        ]
        facets = (wholes if wholes["hits"] else parts)["facets"]
        return Found(tuple(shown[: query.limit]), len(shown) > query.limit, bool(wholes["hits"]), facets)

    def _hits(self, bodies: list[Body]) -> list[Body]:
        lines = [line for body in bodies for line in ({}, body)]
        answers = _answered(lambda: self._client.msearch(body=lines, index=self._name))["responses"]
        for answer in answers:
            if "error" in answer:
                raise IndexAway(str(answer["error"])[:300])
        return [
            {
                "hits": answer["hits"]["hits"],
                "facets": {
                    name: {str(b["key"]): int(b["doc_count"]) for b in facet["buckets"] if b["key"] != ""}
                    for name, facet in answer.get("aggregations", {}).items()
                },
            }
            for answer in answers
        ]

    def among(self, numbers: Collection[int], query: ProductQuery) -> set[int]:
        if not numbers or query.scope.is_empty:
            return set()
        chosen = {"ids": {"values": [str(number) for number in numbers]}}
        [found] = self._hits([_body(replace(query, facets=False), chosen, len(numbers), None)])
        return {int(hit["fields"]["number"][0]) for hit in found["hits"]}

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[int]:
        typed = clean(typed)
        terms, words = terms_of(typed), surface_words(typed)
        if terms.is_nothing or scope.is_empty:
            return []
        if terms.is_han:
            wanted: list[Body] = [_every("chars", terms.deciding)]
        else:
            beginning = {"prefix": {"spoken": {"value": words[-1]}}}
            wanted = [
                {"bool": {"must": [*_each("spoken", words[:-1]), beginning]}},
                {"prefix": {"sounds": {"value": "".join(words)[:TYPED_SOUND]}}},
            ]
        query = ProductQuery(scope=scope, sort="sales")
        found = self._hits([_body(query, part, limit, SORTS["sales"]) for part in wanted])
        numbers = [int(hit["fields"]["number"][0]) for part in found for hit in part["hits"]]
        return list(dict.fromkeys(numbers))[:limit]

    def is_word(self, word: str) -> bool | None:
        if self._any({"term": {"spoken": word}}):
            return True
        return None if self._size < FEW_PRODUCTS else False

    def sells(self, mini_program_id: str, text: str) -> bool:
        terms = terms_of(text)
        if terms.is_nothing:
            return False
        return self._any(
            {"bool": {"must": [_all_terms(terms)], "filter": [{"term": {"program": mini_program_id}}]}}
        )

    def correct(self, text: str) -> str | None:
        text = clean(text)
        words = surface_words(text)
        if not words or has_han(text):
            return None
        term = {"field": "spoken", "sort": "frequency", "prefix_length": 2, "max_edits": 1, "size": 1}
        asked = {"size": 0, "suggest": {"near": {"text": " ".join(words), "term": term}}}
        answer = _answered(lambda: self._client.search(index=self._name, body=asked))
        near = {e["text"]: e["options"][0]["text"] for e in answer["suggest"]["near"] if e["options"]}
        corrected = [near.get(word, word) for word in words]
        return None if corrected == words else " ".join(corrected)

    def close(self) -> None:
        self._client.close()

    def bytes_on_disk(self) -> int:
        """What the index takes there."""
        told = _answered(lambda: self._client.indices.stats(index=self._name, metric="store"))
        return int(told["_all"]["primaries"]["store"]["size_in_bytes"])

    def discard(self) -> None:
        """Remove the index itself."""
        _answered(lambda: self._client.indices.delete(index=self._name, ignore_unavailable=True))

    def _any(self, wanted: Body) -> bool:
        asked = {"size": 0, "terminate_after": 1, "track_total_hits": 1, "query": wanted}
        answer = _answered(lambda: self._client.search(index=self._name, body=asked))
        return bool(answer["hits"]["total"]["value"])


def _document(product: Product, number: int) -> Body:
    text, in_stock = indexed(product), product.in_stock
    return {
        "words": text.words,
        "chars": text.chars,
        "spoken": text.spoken,
        "sounds": text.sounds,
        "program": product.mini_program_id,
        "category": product.category_id,
        "brand": product.brand,
        "price": product.price,
        "sales": product.sales,
        "in_stock": int(in_stock),
        "number": number,
        "traits": traits_of(product.mini_program_id, text.accessory, in_stock),
    }


def _body(query: ProductQuery, wanted: Body, size: int, order: tuple[str, str] | None) -> Body:
    body: Body = {
        "size": size,
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": ["number", "traits"],
        "query": {"bool": {"must": [wanted], **_conditions(query)}},
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


def _all_terms(terms: Terms) -> Body:
    if terms.is_nothing:
        return {"match_all": {}}
    if not terms.is_han:
        return _every("words", terms.words)
    single = [gram for gram in terms.grams if gram not in terms.deciding]
    should = [*_each("chars", single), *_each("words", terms.words, WORD_WEIGHT)]
    return {"bool": {"must": _each("chars", terms.deciding), "should": should}}


def _any_term(terms: Terms, some_have_all: bool) -> Body:
    """Any of it; words also inside text without blanks, and as pinyin, when no product has all of them."""
    if terms.is_han:
        should = [*_each("words", terms.words, WORD_WEIGHT), *_each("chars", terms.grams)]
    elif some_have_all:
        should = _each("words", terms.words)
    else:
        inside = [_least(_each("chars", run), enough(run)) for run in terms.inside]
        read = {"prefix": {"sounds": {"value": terms.sound, "boost": SOUND_SCORE}}}
        should = [*_each("words", terms.words, WORD_WEIGHT), *inside, *([read] if terms.sound else [])]
    return _least(should, 1)


def _least(clauses: list[Body], least: int) -> Body:
    return {"bool": {"should": clauses, "minimum_should_match": least}}


def _every(field: str, values: Iterable[str]) -> Body:
    return {"bool": {"must": _each(field, values)}}


def _each(field: str, values: Iterable[str], boost: float = 1.0) -> list[Body]:
    return [{"term": {field: {"value": value, "boost": boost}}} for value in values]


def _answered(call: Callable[[], T]) -> T:
    """The call's answer; raises IndexAway when OpenSearch does not give one."""
    try:
        return call()
    except NoAnswer as away:
        raise IndexAway(str(away)) from None
    except TransportError as refused:
        if refused.status_code in BUSY:
            raise IndexAway(str(refused)) from None
        raise
