"""Reads round codes in a grey picture: finds hypotheses, turns and refines them, and looks at their cells."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from sharecode.roundcode import template
from sharecode.roundcode.bending import bent
from sharecode.roundcode.cellvalues import cell_levels, unblurred_levels
from sharecode.roundcode.correction import corrected, likeliest
from sharecode.roundcode.expected import Blur, fitting_blurs
from sharecode.roundcode.finder import ellipses
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
    turned,
)

Grey = npt.NDArray[np.uint8]

LEVELS = 6
SCORING_RADIUS, COARSE_RADIUS, FINE_RADIUS = 40.0, 26.0, 52.0
"""How large a code should be, in pixels of the level it is scored, first and last refined in."""
MIN_SCORE, LEANING_SCORE, BESIDE_SCORE = 0.4, 0.22, 0.7
CLEAR_MARK = 0.5
MIN_COARSE_FIT, MIN_FIT = 0.3, 0.4
TURNABLE_FIT, SURE_FIT = 0.25, 0.88
TRIES, BENDINGS = 8, 3
"""At most so many hypotheses are tried at a stage, and so many bent and softly decoded in a picture: together they
bound the time a picture takes."""
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
        scored = self._scored(
            np.concatenate([circle_maps(lines, scale), pair_maps(likely_marks(found), scale)])
        )
        # Perspective is tried only where the marks show a little without it.
        hopeful = [line for line, (score, _) in zip(lines, scored, strict=False) if score > LEANING_SCORE]
        for lean in (LEAN, -LEAN, 2 * LEAN, -2 * LEAN):
            scored += self._scored(circle_maps(hopeful, scale, lean))
        for score, start in _best(scored):
            # Beside a code that was read, another would show its marks as well; the rest is clutter.
            if self.readings and score < BESIDE_SCORE:
                break
            if not self._known(start):
                self._try(start)

    def _scored(self, maps: Matrix) -> list[tuple[float, Placement]]:
        """Each map turned so that it shows the marks best, and how well."""
        scored: list[tuple[float, Placement]] = [(0.0, Placement(m)) for m in maps]
        levels = self._level_for(radii(maps), SCORING_RADIUS)
        for level in np.unique(levels):
            which = np.nonzero(levels == level)[0]
            turns, scores = turned(maps[which], self._level(int(level)), 2.0**level)
            for index, turn, score in zip(which, turns, scores, strict=True):
                scored[index] = (float(score), Placement(turn))
        return scored

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
        for layout in LAYOUTS:
            values = cell_levels(flat, level, scale, layout)
            if self._accept(corrected(values.belief, layout), flat, layout, fit):
                return True
        if not self._bendings_left:
            return False
        self._bendings_left -= 1
        blur, even = fitting_blurs(flat, level, scale)
        # The long code's dots are too small to be told apart in a picture that is not clear.
        layouts = LAYOUTS if fit > SURE_FIT and even.along < 0.03 else (SHORT,)
        return any(self._read_bent(flat, level, scale, layout, blur, even, fit) for layout in layouts)

    def _read_bent(
        self, flat: Placement, level: Floats, scale: float, layout: Layout, blur: Blur, even: Blur, fit: float
    ) -> bool:
        near, agreement = bent(
            flat, level, scale, layout, Blur(max(even.along, 0.025), max(even.along, 0.025))
        )
        plain = cell_levels(near, level, scale, layout)
        clear = unblurred_levels(near, level, scale, layout, blur)
        doubted = replace(clear, belief=clear.belief * agreement)
        return any(
            self._accept(likeliest(values.belief, layout), near, layout, fit)
            for values in (plain if blur.along < 0.05 else clear, doubted)
        )

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


def _best(scored: list[tuple[float, Placement]]) -> list[tuple[float, Placement]]:
    """The hypotheses which show the marks best, the best first; one for each place."""
    kept: list[tuple[float, Placement]] = []
    for score, start in sorted(scored, key=lambda pair: -pair[0]):
        if score < MIN_SCORE or len(kept) == TRIES:
            break
        if not any(start.same_as(other) for _, other in kept):
            kept.append((score, start))
    return kept
