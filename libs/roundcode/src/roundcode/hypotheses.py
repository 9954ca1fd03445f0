"""Where codes may lie in a picture: maps from ellipses, rotated and ranked by how well the marks show."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from roundcode.finder import Ellipse, ellipses
from roundcode.marks import likely_marks, pair_maps
from roundcode.placement import Placement
from roundcode.pose import LEAN, circle_maps, distinct, on_line
from roundcode.pyramid import Pyramid
from roundcode.scoring import closer, glance, marks_shown, turned_by

MIN_SCORE, LEANING_SCORE = 0.36, 0.22
LEANING_LINES, MAX_CLOSER = 24, 40
"""How many ellipses are tried in perspective, and how many maps are scored closely after the first pass."""
TRIES = 3
"""Hypotheses for each stage: bounds the time for a picture."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One search for ellipses: the level (how often the picture is halved) and the local threshold."""

    level: int
    block: int
    offset: float
    blur: float = 0.0


STAGES = (Stage(1, 25, 4), Stage(2, 25, 4), Stage(0, 31, 6, blur=1.2), Stage(1, 51, 8))
"""The cheap search that finds most codes comes first; later ones run only while nothing has been read."""


class Hypothesis(NamedTuple):
    """How well the marks show at a `placement`, and the placements there whose ring is one of the ellipses found."""

    score: float
    placement: Placement
    rings: list[Placement]


def hypotheses(pyramid: Pyramid, stage: Stage) -> list[Hypothesis]:
    """The most likely places for a code, best first."""
    scale, grey = 2.0**stage.level, pyramid.grey(stage.level)
    if stage.blur:
        grey = cv2.GaussianBlur(grey, (5, 5), stage.blur)  # type: ignore[assignment]
    found = ellipses(grey, stage.block, stage.offset)
    lines = distinct([e for hole in (True, False) for e in on_line(found, hole, grey, 2 * stage.offset)])
    return _best(*_turned(pyramid, lines, likely_marks(found), scale))


def _turned(
    pyramid: Pyramid, lines: list[Ellipse], marks: list[tuple[Ellipse, float]], scale: float
) -> tuple[list[tuple[float, Placement]], list[Placement]]:
    """Scores and placements, rotated so that the marks show best; and those placements that come from a visible ring."""
    maps = np.concatenate([circle_maps(lines, scale), pair_maps(marks, scale)])
    if not len(maps):
        return [], []
    scores, _ = marks_shown(pyramid.seen(maps, glance()), glance())
    # perspective is tried only where the marks show a little without it
    of_lines = scores[: len(lines)]
    hopeful = [lines[i] for i in np.argsort(-of_lines)[:LEANING_LINES] if of_lines[i] > LEANING_SCORE]
    if hopeful:
        leaning = np.concatenate(
            [circle_maps(hopeful, scale, lean) for lean in (LEAN, -LEAN, 2 * LEAN, -2 * LEAN)]
        )
        maps = np.concatenate([maps, leaning])
        scores = np.concatenate([scores, marks_shown(pyramid.seen(leaning, glance()), glance())[0]])
    chosen = np.argsort(-scores)[:MAX_CLOSER]
    scores, turns = marks_shown(pyramid.seen(maps[chosen], closer()), closer())
    turned = [Placement(m) for m in turned_by(maps[chosen], turns, closer())]
    scored = [(float(score), place) for score, place in zip(scores, turned, strict=True)]
    scored.sort(key=lambda pair: -pair[0])
    return scored, [place for place, number in zip(turned, chosen, strict=True) if number < len(lines)]


def _best(scored: list[tuple[float, Placement]], rings: list[Placement]) -> list[Hypothesis]:
    """The placements that show the marks best, one for each place."""
    kept: list[Hypothesis] = []
    for score, start in scored:
        if score < MIN_SCORE or len(kept) == TRIES:
            break
        if not any(start.same_as(other.placement) for other in kept):
            kept.append(Hypothesis(score, start, [ring for ring in rings if ring.same_as(start)]))
    return kept
