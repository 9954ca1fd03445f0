"""Reads round codes in a grey picture: finds hypotheses, turns and refines them, and looks at their cells."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from sharecode.roundcode import template
from sharecode.roundcode.bending import SOFT, STIFF, SUPPLE, bent
from sharecode.roundcode.cellvalues import cell_levels, unblurred_levels
from sharecode.roundcode.correction import corrected, likeliest
from sharecode.roundcode.expected import Blur, fitting_blurs
from sharecode.roundcode.finder import Ellipse, ellipses
from sharecode.roundcode.geometry import LAYOUTS, SHORT, Layout
from sharecode.roundcode.marks import likely_marks, pair_maps
from sharecode.roundcode.placement import Floats, Matrix, Placement
from sharecode.roundcode.pose import (
    LEAN,
    circle_maps,
    distinct,
    faintest_mark,
    on_line,
    radii,
    refined,
)
from sharecode.roundcode.scoring import Polar, closer, glance, marks_shown, seen_under, turned_by

Grey = npt.NDArray[np.uint8]

LEVELS = 6
SCORING_RADIUS, COARSE_RADIUS, FINE_RADIUS = 40.0, 26.0, 52.0
"""How large a code should be, in pixels of the level it is scored, first and last refined in."""
MIN_SCORE, LEANING_SCORE, BESIDE_SCORE = 0.36, 0.22, 0.7
LEANING_LINES, LOOKED_AT = 24, 64
"""At most so many ellipses are tried in perspective, and so many maps looked at closely after the glance."""
CLEAR_MARK = 0.5
MIN_COARSE_FIT, MIN_FIT, SOFT_FIT = 0.3, 0.4, 0.52
TURNABLE_FIT, SURE_FIT = 0.32, 0.88
MIN_LONG_RADIUS, MIN_LONG_FIT = 42.0, 0.7
"""In pixels of the picture: the dots of a long code that is smaller are less than two and a half pixels apart. They are
too small to be read where the marks are not seen well."""
SHARP_BLUR, CLEAR_BLUR = 0.03, 0.05
"""In radii: dots which are blurred less can be followed at once; those which are blurred more tell nothing of a bend."""
MIN_EXPLAINED = 0.27
"""The share of the picture's changes that a bent code must explain to be bent further: below, there is none."""
TRIES, BENDINGS = 5, 3
"""At most so many hypotheses are tried at a stage, and so many bends in a picture: together they bound the time
that a picture takes."""
QUARTER = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])

_blas = ThreadpoolController()


@dataclass(frozen=True, slots=True)
class Stage:
    """One look for ellipses: in which level (halved so often), and with which local threshold."""

    level: int
    block: int
    offset: float
    blur: float = 0.0


STAGES = (Stage(1, 25, 4), Stage(2, 25, 4), Stage(0, 31, 6, blur=1.2), Stage(1, 51, 8), Stage(3, 25, 4))
"""The cheap look that finds most codes first; a later one only while nothing has been read."""


@dataclass(frozen=True, slots=True)
class RoundReading:
    """A code that was read: its key, in which size of code, where, and how well its marks fit (at most 1)."""

    key: bytes
    layout: Layout
    placement: Placement
    fit: float


def read_round(grey: Grey) -> list[RoundReading]:
    """The round codes in a grey picture of at most a few megapixels. Never guesses: each key's CRC agrees."""
    with one_thread():
        frame = _Frame(grey)
        for stage in STAGES:
            # One code is most often the only one; where there are two, there may be small ones besides.
            if len(frame.readings) == 1:
                break
            frame.look(stage)
        return frame.readings


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: on matrices as small as here, more cost ten times what they bring."""
    return _blas.limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


class _Frame:
    """One picture in several sizes, and what has been read and tried in it."""

    def __init__(self, grey: Grey) -> None:
        self.readings: list[RoundReading] = []
        self._levels = [grey]
        while len(self._levels) < LEVELS and min(self._levels[-1].shape) > 40:
            self._levels.append(
                cv2.resize(self._levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            )  # type: ignore[arg-type]
        self._fine: dict[int, Floats] = {}
        self._failed: list[Placement] = []
        self._softly_tried: list[Placement] = []
        self._bendings_left = BENDINGS

    def look(self, stage: Stage) -> None:
        """Find, score and try to read codes by one stage's threshold."""
        if stage.level >= len(self._levels):
            return
        scale, grey = 2.0**stage.level, self._levels[stage.level]
        if stage.blur:
            grey = cv2.GaussianBlur(grey, (5, 5), stage.blur)  # type: ignore[assignment]
        found = ellipses(grey, stage.block, stage.offset)
        lines = distinct([e for hole in (True, False) for e in on_line(found, hole, grey, 2 * stage.offset)])
        for score, start in _best(self._starts(lines, likely_marks(found), scale)):
            # Beside a code that was read, another would show its marks as well; the rest is clutter.
            if self.readings and score < BESIDE_SCORE:
                break
            if not self._known(start):
                self._try(start)

    def _starts(
        self, lines: list[Ellipse], marks: list[tuple[Ellipse, float]], scale: float
    ) -> list[tuple[float, Placement]]:
        """Where codes may lie, turned so that the marks show best, with how well they do: the most hopeful ones."""
        maps = np.concatenate([circle_maps(lines, scale), pair_maps(marks, scale)])
        if not len(maps):
            return []
        scores, _ = marks_shown(self._seen(maps, glance()), glance())
        # Perspective is tried only where the marks show a little without it.
        of_lines = scores[: len(lines)]
        hopeful = [lines[i] for i in np.argsort(-of_lines)[:LEANING_LINES] if of_lines[i] > LEANING_SCORE]
        if hopeful:
            leaning = np.concatenate(
                [circle_maps(hopeful, scale, lean) for lean in (LEAN, -LEAN, 2 * LEAN, -2 * LEAN)]
            )
            maps = np.concatenate([maps, leaning])
            scores = np.concatenate([scores, marks_shown(self._seen(leaning, glance()), glance())[0]])
        maps = maps[np.argsort(-scores)[:LOOKED_AT]]
        scores, turns = marks_shown(self._seen(maps, closer()), closer())
        turned = turned_by(maps, turns, closer())
        return [(float(score), Placement(m)) for score, m in zip(scores, turned, strict=True)]

    def _seen(self, maps: Matrix, polar: Polar) -> Floats:
        """The brightness at the points of `polar` under each map, each in the level where it is of a good size."""
        seen = np.empty((len(maps), polar.x.size), np.float32)
        levels = self._level_for(radii(maps), SCORING_RADIUS)
        for level in np.unique(levels):
            which = np.nonzero(levels == level)[0]
            seen[which] = seen_under(maps[which], polar, self._level(int(level)), 2.0**level)
        return seen

    def _known(self, start: Placement) -> bool:
        """Whether a code was read that it would overlap, or it was tried twice."""
        read = any(start.overlaps(reading.placement) for reading in self.readings)
        return read or sum(start.same_as(other) for other in self._failed) > 1

    def _try(self, start: Placement) -> None:
        level = int(self._level_for(start.radius, COARSE_RADIUS))
        coarse = template.points(0.05, 0.05)

        def refine(matrix: Matrix) -> tuple[Matrix, float]:
            return refined(matrix, self._level(level), 2.0**level, coarse, 10)

        turns = [refine(start.matrix)]
        matrix, fit = turns[0]
        if (
            TURNABLE_FIT < fit < SURE_FIT
            and faintest_mark(matrix, self._level(level), 2.0**level, coarse) < CLEAR_MARK
        ):
            # Two of the three marks also agree a quarter of a turn off.
            turns += [refine(start.matrix @ quarter) for quarter in (QUARTER, QUARTER.T)]
        turns.sort(key=lambda turn: -turn[1])
        enough = max(MIN_COARSE_FIT, turns[0][1] - 0.2)
        if not any(self._read(matrix) for matrix, fit in turns if fit >= enough):
            self._failed.append(start)

    def _read(self, matrix: Matrix) -> bool:
        """Try to read a code which lies about at `matrix`: as it looks, then bent, then with its blur undone."""
        number = int(self._level_for(Placement(matrix).radius, FINE_RADIUS))
        level, scale = self._level(number), 2.0**number
        matrix, fit = refined(matrix, level, scale, template.points(0.025, 0.03), 16)
        if fit < MIN_FIT:
            return False
        flat = Placement(matrix)
        may_be_long = flat.radius > MIN_LONG_RADIUS and fit > MIN_LONG_FIT
        for layout in LAYOUTS if may_be_long else (SHORT,):
            values = cell_levels(flat, level, scale, layout)
            if self._accept(corrected(values.belief, layout), flat, layout, fit):
                return True
        if (
            fit < SOFT_FIT
            or not self._bendings_left
            or any(flat.nearly(other) for other in self._softly_tried)
        ):
            return False
        self._softly_tried.append(flat)
        blur, even = fitting_blurs(flat, level, scale)
        # The long code's dots are too small to be told apart in a picture that is not clear.
        layouts = LAYOUTS if fit > SURE_FIT and even.along < 0.03 else (SHORT,)
        return any(self._read_softly(flat, level, scale, layout, blur, even, fit) for layout in layouts)

    def _read_softly(
        self, flat: Placement, level: Floats, scale: float, layout: Layout, blur: Blur, even: Blur, fit: float
    ) -> bool:
        """With the blur undone: lying flat first, then bent more and more. The dots of a blurred code would lead
        a supple one astray."""
        clear = unblurred_levels(flat, level, scale, layout, blur)
        if self._accept(likeliest(clear.belief, layout), flat, layout, fit):
            return True
        near, seen_with = flat, Blur(max(even.along, 0.025), max(even.along, 0.025))
        for stiffness in _stiffnesses(even.along)[: self._bendings_left]:
            self._bendings_left -= 1
            # What a stiff one found would hold the supple ones where they are wrong as well.
            start = flat if stiffness == SUPPLE else near
            found = bent(start, level, scale, layout, seen_with, stiffness)
            near = found.placement
            clear = unblurred_levels(near, level, scale, layout, blur)
            for belief in (clear.belief, clear.belief * found.agreement):
                if self._accept(likeliest(belief, layout), near, layout, fit):
                    return True
            if found.explained < MIN_EXPLAINED:
                break
        return False

    def _accept(self, key: bytes | None, placement: Placement, layout: Layout, fit: float) -> bool:
        if key is not None:
            self.readings.append(RoundReading(key, layout, placement, fit))
        return key is not None

    def _level(self, number: int) -> Floats:
        if number not in self._fine:
            self._fine[number] = self._levels[number].astype(np.float32)
        return self._fine[number]

    def _level_for(self, radius: float | Floats, wanted: float) -> npt.NDArray[np.int64]:
        halvings = np.round(np.log2(np.maximum(radius, 1) / wanted))
        return np.clip(halvings, 0, len(self._levels) - 1).astype(np.int64)


def _stiffnesses(blur: float) -> tuple[float, ...]:
    """In which order bends are tried: the dots of a clear picture can be followed at once, those of a blurred one
    hardly."""
    if blur < SHARP_BLUR:
        return SUPPLE, SOFT
    return (STIFF, SUPPLE, SOFT) if blur < CLEAR_BLUR else (STIFF,)


def _best(scored: list[tuple[float, Placement]]) -> list[tuple[float, Placement]]:
    """The hypotheses which show the marks best, the best first; one for each place."""
    kept: list[tuple[float, Placement]] = []
    for score, start in sorted(scored, key=lambda pair: -pair[0]):
        if score < MIN_SCORE or len(kept) == TRIES:
            break
        if not any(start.same_as(other) for _, other in kept):
            kept.append((score, start))
    return kept
