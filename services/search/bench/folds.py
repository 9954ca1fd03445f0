"""Nested cross-validation of the weights of fields, over all judged sets together.

The queries of every set are dealt into folds by a hash of their ids. For each fold the weights are chosen that are best on the
queries outside it, each set counting the same; the fold is scored with them. A weight that only fits the queries it was chosen
on shows as a loss against the weights in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

from search.adapters.engine import layout

FOLDS = 5
Weights = tuple[int, int]
"""Of the title, and of the description."""
GRID: Sequence[Weights] = tuple(product((2, 3, 4), (1, 2, 3)))
Scores = Mapping[str, float]
"""NDCG@10 by query."""
Measure = Callable[[], Scores]


@dataclass(frozen=True, slots=True)
class Nested:
    """One set: NDCG@10 with the weights in use, with weights chosen outside each fold, and by fold (in use, chosen)."""

    in_use: float
    chosen: float
    folds: tuple[tuple[float, float], ...]

    def __str__(self) -> str:
        folds = ", ".join(f"{used:.3f} {chosen:.3f}" for used, chosen in self.folds)
        return f"in use {self.in_use:.4f}  chosen outside each fold {self.chosen:.4f}  (by fold: {folds})"


def nested(measures: Mapping[str, Measure]) -> dict[str, Nested]:
    """The result of each set; `measures` index and score a set with the weights at the time."""
    used = (layout.TITLE_WEIGHT, layout.DESCRIPTION_WEIGHT)
    scores: dict[Weights, dict[str, Scores]] = {}
    for weights in dict.fromkeys((used, *GRID)):
        with _weights(weights):
            scores[weights] = {name: measure() for name, measure in measures.items()}
    best = [max(scores, key=lambda weights: _outside(fold, scores[weights])) for fold in range(FOLDS)]
    found: dict[str, Nested] = {}
    for name in measures:
        folds = tuple(
            (_of(scores[used][name], fold.__eq__), _of(scores[best[fold]][name], fold.__eq__))
            for fold in range(FOLDS)
        )
        values = [scores[best[_fold(query)]][name][query] for query in scores[used][name]]
        found[name] = Nested(_mean(list(scores[used][name].values())), _mean(values), folds)
    return found


def _outside(fold: int, scores: Mapping[str, Scores]) -> float:
    return _mean([_of(of_set, lambda number: number != fold) for of_set in scores.values()])


def _of(scores: Scores, wanted: Callable[[int], bool]) -> float:
    return _mean([value for query, value in scores.items() if wanted(_fold(query))])


def _fold(query_id: str) -> int:
    return int(sha256(query_id.encode()).hexdigest(), 16) % FOLDS


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


@contextmanager
def _weights(weights: Weights) -> Iterator[None]:
    """Index with other weights than a service does: they are no setting."""
    before = (layout.TITLE_WEIGHT, layout.DESCRIPTION_WEIGHT)
    layout.TITLE_WEIGHT, layout.DESCRIPTION_WEIGHT = weights
    try:
        yield
    finally:
        layout.TITLE_WEIGHT, layout.DESCRIPTION_WEIGHT = before
