"""Judged queries, and the usual measures over them.

NDCG with gain 2^rating - 1 and discount log2(rank + 1), the ideal from all judged products (Järvelin and Kekäläinen,
2002); the condensed list leaves out unjudged products (Sakai, 2007).
"""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RELEVANT = 2
Ratings = dict[str, dict[str, int]]
Ranking = Callable[[str, int], Sequence[str]]
"""Ids of the best products for a query, best first."""


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a file of JSON lines, zipped or not."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        return [json.loads(line) for line in file]


def read_ratings(path: Path) -> Ratings:
    """Ratings by query and product."""
    found: Ratings = defaultdict(dict)
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["query_id"]][row["product_id"]] = int(row["rating"])
    return found


@dataclass(frozen=True, slots=True)
class Relevance:
    """Means over the queries that have a relevant product."""

    ndcg10: float
    cndcg10: float
    mrr10: float
    recall100: float
    judged10: float

    def __str__(self) -> str:
        return (
            f"ndcg@10 {self.ndcg10:.4f}  cndcg@10 {self.cndcg10:.4f}  mrr@10 {self.mrr10:.4f}  "
            f"recall@100 {self.recall100:.4f}  judged@10 {self.judged10:.3f}"
        )


def measure(queries: Mapping[str, str], ratings: Ratings, ranking: Ranking) -> Relevance:
    """The relevance of `ranking` for the queries."""
    found = list(each(queries, ratings, ranking).values())
    per: dict[str, list[float]] = defaultdict(list)
    for measures in found:
        for name, value in measures.items():
            per[name].append(value)
    return Relevance(**{name: sum(values) / len(values) for name, values in per.items()})


def each(queries: Mapping[str, str], ratings: Ratings, ranking: Ranking) -> dict[str, dict[str, float]]:
    """The measures of each query that has a relevant product, by id."""
    found: dict[str, dict[str, float]] = {}
    for query_id, judged in ratings.items():
        if max(judged.values()) <= 0:
            continue
        ranked = list(ranking(queries[query_id], 100))
        relevant = {product for product, rating in judged.items() if rating >= RELEVANT}
        first = next((at for at, product in enumerate(ranked[:10], 1) if product in relevant), 0)
        found[query_id] = {
            "ndcg10": ndcg(ranked, judged),
            "cndcg10": ndcg([product for product in ranked if product in judged], judged),
            "mrr10": 1 / first if first else 0.0,
            "judged10": _share(product in judged for product in ranked[:10]),
        }
        if relevant:
            found[query_id]["recall100"] = len(relevant & set(ranked)) / len(relevant)
    return found


def ndcg(ranked: Sequence[str], judged: Mapping[str, int]) -> float:
    """NDCG at 10 of a ranking."""
    ideal = _dcg(sorted(judged.values(), reverse=True))
    return _dcg([judged.get(product, 0) for product in ranked]) / ideal


def _dcg(ratings: Sequence[int]) -> float:
    return sum(((1 << rating) - 1) / math.log2(rank + 2) for rank, rating in enumerate(ratings[:10]))


def _share(answers: Iterable[bool]) -> float:
    known = list(answers)
    return sum(known) / len(known) if known else 0.0
