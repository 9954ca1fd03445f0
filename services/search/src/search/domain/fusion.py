"""Fuses two rankings: weighted reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009).

Ranks are fused, not scores: a BM25 score and a cosine similarity have no common scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FLATNESS = 20
"""The paper's k: a larger one makes the first ranks differ less. Its 60 is for lists of a thousand."""
TIE = 0.001
"""Similarities closer than this share a rank."""


def ranks(similarity: Mapping[int, float]) -> dict[int, int]:
    """The rank of each product by similarity, from 0; ties share a rank, so that the words decide between them."""
    found: dict[int, int] = {}
    last, rank = float("inf"), 0
    for at, (number, value) in enumerate(sorted(similarity.items(), key=lambda item: (-item[1], item[0]))):
        if last - value > TIE:
            last, rank = value, at
        found[number] = rank
    return found


def fused(words: Sequence[int], similarity: Mapping[int, float], weight: float) -> list[tuple[float, int]]:
    """Score and number of every product in either ranking, best first.

    `words` are in order. `similarity` counts `weight`; a product without one keeps its rank by words.
    """
    near = ranks(similarity)
    scores = {
        number: (1 - weight) / (FLATNESS + at) + weight / (FLATNESS + near.get(number, at))
        for at, number in enumerate(words)
    }
    scores |= {number: weight / (FLATNESS + at) for number, at in near.items() if number not in scores}
    return sorted(((score, number) for number, score in scores.items()), key=lambda item: -item[0])
