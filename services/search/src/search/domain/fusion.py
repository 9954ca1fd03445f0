"""Two rankings made one: weighted reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009).

Ranks are fused, not scores: a score of words and a likeness of meaning have no common scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FLATNESS = 20
"""How little the first places differ from the next; the paper's 60 is for lists of a thousand."""
STEP = 0.001
"""Likenesses nearer than this are the same place."""


def places(likeness: Mapping[int, float]) -> dict[int, int]:
    """Each one's place by likeness, from 0; equals share a place, so that what is alike decides nothing between them."""
    found: dict[int, int] = {}
    last, place = float("inf"), 0
    for at, (number, value) in enumerate(sorted(likeness.items(), key=lambda item: (-item[1], item[0]))):
        if last - value > STEP:
            last, place = value, at
        found[number] = place
    return found


def fused(words: Sequence[int], likeness: Mapping[int, float], weight: float) -> list[tuple[float, int]]:
    """Score and number of everything in either, best first.

    `words` are in order; `likeness` counts `weight`, of what has one: what has none stands where its words put it.
    """
    near = places(likeness)
    scores = {
        number: (1 - weight) / (FLATNESS + at) + weight / (FLATNESS + near.get(number, at))
        for at, number in enumerate(words)
    }
    scores |= {number: weight / (FLATNESS + at) for number, at in near.items() if number not in scores}
    return sorted(((score, number) for number, score in scores.items()), key=lambda item: -item[0])
