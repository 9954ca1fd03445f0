"""The product index in OpenSearch: same fields, terms and weights as the embedded engine, so that both rank alike."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoAnswer
from opensearchpy.exceptions import TransportError

from search.adapters.engine.opensearch_query import SORTS, completions, search_body, stages
from search.adapters.engine.opensearch_schema import INDEX, Body, to_document
from search.adapters.engine.terms import FEW_PRODUCTS, depth_of, factor_of, terms_of
from search.application.ports import Found, Hit, IndexUnavailable
from search.domain.cursors import key_of
from search.domain.documents import Product, number_of
from search.domain.language.text import clean, has_han, surface_words
from search.domain.queries import ProductQuery, Scope

MAX_BATCH = 1_000
"""Products in one request."""
MAX_ERROR = 300
BUSY = frozenset({429, 502, 503, 504})

NO_HITS: Body = {"hits": [], "facets": {}}
Ranked = dict[int, tuple[float, int, bool]]
"""By number: minus the score, the number (so that ties have the same order everywhere), whether it is whole."""
T = TypeVar("T")


class OpenSearchIndex:
    """The ProductIndex `name` in the OpenSearch at `url`, created when it does not exist. Raises IndexUnavailable."""

    def __init__(self, url: str, name: str, timeout: float = 5.0) -> None:
        self._client = OpenSearch([url], timeout=timeout, max_retries=0)
        self._name = name
        self._uncommitted: list[Body] = []
        self._size = 0
        if not _call(lambda: self._client.indices.exists(index=name)):
            _call(lambda: self._client.indices.create(index=name, body=INDEX))
        self.refresh()

    def put(self, products: Iterable[Product]) -> None:
        for product in products:
            number = number_of(product.product_id)
            if product.listed:
                self._uncommitted += [{"index": {"_id": str(number)}}, to_document(product, number)]
            else:
                self._uncommitted.append({"delete": {"_id": str(number)}})

    def commit(self) -> None:
        for batch in _batches(self._uncommitted):
            answer = _call(partial(self._client.bulk, body=batch, index=self._name))
            outcomes = [outcome for item in answer["items"] for outcome in item.values()]
            failed = [o for o in outcomes if o["status"] >= 400 and o["status"] != 404]
            if failed:
                raise IndexUnavailable(f"OpenSearch refused {len(failed)} products: {failed[0].get('error')}")
        self._uncommitted = []

    def rollback(self) -> None:
        self._uncommitted = []

    def refresh(self) -> None:
        _call(lambda: self._client.indices.refresh(index=self._name))
        self._size = int(_call(lambda: self._client.count(index=self._name))["count"])

    @property
    def size(self) -> int:
        return self._size

    def search(self, query: ProductQuery) -> Found:
        terms = terms_of(query.text)
        if query.scope.is_empty or (query.text and terms.is_nothing):
            return Found()
        order = None if query.text and query.sort == "relevance" else SORTS.get(query.sort, SORTS["sales"])
        wanted = stages(terms)
        # which of them are needed depends on the first answer: one round trip asks for all
        answers = self._hits([search_body(query, match, depth_of(query), order) for match, _ in wanted])
        found = [(answer, whole) for answer, (_, whole) in zip(answers, wanted, strict=True)]
        best = next((part for part in found if part[0]["hits"]), (NO_HITS, False))
        any_whole = best[1]
        by_field = order is not None and order[1] == "desc"
        ranked = _by_score(found, query) if order is None else _by_field(*best, descending=by_field)
        unseen = [
            Hit(number, -rank, whole)
            for rank, number, whole in sorted(ranked.values())
            if not query.seen or key_of(number) not in query.seen
        ]
        return Found(tuple(unseen[: query.limit]), len(unseen) > query.limit, any_whole, best[0]["facets"])

    def _hits(self, bodies: list[Body]) -> list[Body]:
        lines = [line for body in bodies for line in ({}, body)]
        answers = _call(lambda: self._client.msearch(body=lines, index=self._name))["responses"]
        for answer in answers:
            if "error" in answer:
                raise IndexUnavailable(str(answer["error"])[:MAX_ERROR])
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
        [found] = self._hits([search_body(replace(query, facets=False), chosen, len(numbers), None)])
        return {_number_of(hit) for hit in found["hits"]}

    def suggest(self, typed: str, scope: Scope, limit: int) -> list[int]:
        typed = clean(typed)
        terms, words = terms_of(typed), surface_words(typed)
        if terms.is_nothing or scope.is_empty:
            return []
        query = ProductQuery(scope=scope, sort="sales")
        matches = completions(terms, words, has_han(typed))
        found = self._hits([search_body(query, match, limit, SORTS["sales"]) for match in matches])
        numbers = [_number_of(hit) for part in found for hit in part["hits"]]
        return list(dict.fromkeys(numbers))[:limit]

    def is_word(self, word: str) -> bool | None:
        if self._exists({"term": {"spoken": word}}):
            return True
        return None if self._size < FEW_PRODUCTS else False

    def sells(self, mini_program_id: str, text: str) -> bool:
        terms = terms_of(text)
        if terms.is_nothing:
            return False
        return self._exists(
            {"bool": {"must": [stages(terms)[0][0]], "filter": [{"term": {"program": mini_program_id}}]}}
        )

    def correct(self, text: str) -> str | None:
        text = clean(text)
        words = surface_words(text)
        if not words or has_han(text):
            return None
        term = {"field": "spoken", "sort": "frequency", "prefix_length": 2, "max_edits": 1, "size": 1}
        body = {"size": 0, "suggest": {"near": {"text": " ".join(words), "term": term}}}
        answer = _call(lambda: self._client.search(index=self._name, body=body))
        near = {e["text"]: e["options"][0]["text"] for e in answer["suggest"]["near"] if e["options"]}
        corrected = [near.get(word, word) for word in words]
        return None if corrected == words else " ".join(corrected)

    def close(self) -> None:
        self._client.close()

    def bytes_on_disk(self) -> int:
        """The size of the index in OpenSearch."""
        stats = _call(lambda: self._client.indices.stats(index=self._name, metric="store"))
        return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])

    def discard(self) -> None:
        _call(lambda: self._client.indices.delete(index=self._name, ignore_unavailable=True))

    def _exists(self, match: Body) -> bool:
        body = {"size": 0, "terminate_after": 1, "track_total_hits": 1, "query": match}
        answer = _call(lambda: self._client.search(index=self._name, body=body))
        return bool(answer["hits"]["total"]["value"])


def _batches(lines: list[Body]) -> Iterator[list[Body]]:
    """About MAX_BATCH products each, with every action next to its document."""
    start = 0
    while start < len(lines):
        end = min(start + 2 * MAX_BATCH, len(lines))
        while end < len(lines) and "index" not in lines[end] and "delete" not in lines[end]:
            end += 1
        yield lines[start:end]
        start = end


def _by_score(found: list[tuple[Body, bool]], query: ProductQuery) -> Ranked:
    ranked: Ranked = {}
    for answer, whole in found:
        for hit in answer["hits"]:
            number = _number_of(hit)
            rank = -float(hit["_score"]) * factor_of(query, whole, int(hit["fields"]["traits"][0]))
            ranked.setdefault(number, (rank, number, whole))
    return ranked


def _by_field(answer: Body, whole: bool, *, descending: bool) -> Ranked:
    sign = -1 if descending else 1
    return {_number_of(hit): (sign * float(hit["sort"][0]), _number_of(hit), whole) for hit in answer["hits"]}


def _number_of(hit: Body) -> int:
    return int(hit["fields"]["number"][0])


def _call(request: Callable[[], T]) -> T:
    """The answer to a request; raises IndexUnavailable when OpenSearch gives none."""
    try:
        return request()
    except NoAnswer as error:
        raise IndexUnavailable(f"OpenSearch does not answer: {type(error).__name__}") from None
    except TransportError as error:
        if error.status_code in BUSY:
            raise IndexUnavailable(f"OpenSearch answers {error.status_code}") from None
        raise
