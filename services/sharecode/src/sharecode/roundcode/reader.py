"""Reads round codes in a grey picture: find, score, refine, sample, correct."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from sharecode.roundcode import template
from sharecode.roundcode.bending import bent
from sharecode.roundcode.cellvalues import CellLevels, cell_levels, unblurred_levels
from sharecode.roundcode.expected import BLURS, Blur, bank
from sharecode.roundcode.finder import ellipses
from sharecode.roundcode.geometry import LAYOUTS, Layout
from sharecode.roundcode.marks import likely_marks, pair_maps
from sharecode.roundcode.payload import correct, key_in
from sharecode.roundcode.placement import Placement
from sharecode.roundcode.pose import Matrix, circle_maps, on_line, refined, turned
from sharecode.roundcode.softword import likely_data

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
LEVELS = 4
SCORE_RADIUS = 40.0
MIN_SCORE = 0.4
TRIES = 10
SURE_FIT = 0.88
QUARTER = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
_blas = ThreadpoolController()
STAGES = ((1, 25, 4, 0), (0, 31, 6, .8), (2, 25, 4, 0), (1, 51, 8, 0))


@dataclass(frozen=True, slots=True)
class RoundReading:
    key: bytes
    layout: Layout
    placement: Placement
    confidence: float


def read_round(grey: Grey) -> list[RoundReading]:
    """All round codes found in a grey picture of at most about two megapixels."""
    with _blas.limit(limits=1, user_api="blas"):
        return _Frame(grey).read()


class _Frame:
    def __init__(self, grey: Grey) -> None:
        self.levels: list[Grey] = [grey]
        for _ in range(LEVELS - 1):
            last = self.levels[-1]
            self.levels.append(cv2.resize(last, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
        self.fine = [level.astype(np.float32) for level in self.levels]
        self.readings: list[RoundReading] = []

    def read(self) -> list[RoundReading]:
        self.trace = []
        for stage in STAGES:
            self._read_stage(*stage)
            if self.readings:
                break
        return self.readings

    def _read_stage(self, step, block, offset, blur=0):
        scale = 2.0**step
        grey = self.levels[step]
        if blur: grey = cv2.GaussianBlur(grey, (5, 5), blur)
        found = ellipses(grey, block, offset)
        lines = [e for hole in (True, False) for e in on_line(found, hole, grey, 2 * offset)]
        maps = [m for e in lines for m in circle_maps(e, scale)]
        mk = likely_marks(found)
        pm = pair_maps(mk, scale)
        self.trace.append((len(found), len(maps), len(mk), len(pm)))
        maps += pm
        hypotheses = self._scored(maps)
        self.trace.append((step, len(maps), [round(h[1], 2) for h in hypotheses[:5]]))
        for h in hypotheses[:TRIES]:
            self._try(*h)
            if self.readings: return

    def _scored(self, maps: list[Matrix]) -> list[tuple[Placement, float]]:
        by_level: dict[int, list[Matrix]] = {}
        for m in maps:
            by_level.setdefault(self._level(Placement(m).radius), []).append(m)
        found = []
        for step, group in by_level.items():
            turned_maps, scores = turned(np.array(group), self.fine[step], 2.0**step)
            found += [(Placement(m), float(s)) for m, s in zip(turned_maps, scores) if s > MIN_SCORE]
        found.sort(key=lambda h: -h[1])
        kept: list[tuple[Placement, float]] = []
        for h in found:
            if not any(h[0].same_as(k) for k, _ in kept):
                kept.append(h)
            if len(kept) == TRIES:
                break
        return kept

    def _level(self, radius: float, wanted: float = SCORE_RADIUS) -> int:
        return int(np.clip(np.round(np.log2(max(radius, 1) / wanted)), 0, LEVELS - 1))

    def _try(self, start: Placement, score: float) -> None:
        step = self._level(start.radius, 26)
        coarse = template.points(0.05, 0.04)
        turns = [refined(start.matrix, self.fine[step], 2.0**step, coarse, 6)]
        if turns[0][1] < SURE_FIT:
            # Two of the marks also agree a quarter of a turn off.
            turns += [refined(start.matrix @ q, self.fine[step], 2.0**step, coarse, 6) for q in (QUARTER, QUARTER.T)]
        turns.sort(key=lambda turn: -turn[1])
        for matrix, fit in turns[:2]:
            if fit < max(0.3, turns[0][1] - 0.08) or self.readings:
                break
            self._look(matrix, score)

    def _look(self, matrix: Matrix, score: float) -> None:
        step = self._level(Placement(matrix).radius, 52)
        matrix, fit = refined(matrix, self.fine[step], 2.0**step, template.points(0.025, 0.03), 8)
        self.trace.append(("try", round(score, 2), round(fit, 2)))
        if fit < 0.4:
            return
        level, scale = self.fine[step], 2.0**step
        flat = Placement(matrix)
        for layout in LAYOUTS:
            if self._decoded(flat, cell_levels(flat, level, scale, layout), layout, fit, False):
                return
        x, y, rows = bank(0.03)
        seen = -flat.seen(level, x, y, scale)
        fits = rows @ (seen - seen.mean())
        blur = BLURS[int(fits.argmax())]
        even = BLURS[int(fits[:6].argmax())]
        self.trace.append((round(blur.along, 3), round(blur.across, 3), blur.angle, even.along))
        for layout in LAYOUTS[:1]:
            near, agreement = bent(flat, level, scale, layout, Blur(max(even.along, 0.025), max(even.across, 0.025)))
            plain = cell_levels(near, level, scale, layout)
            clear = unblurred_levels(near, level, scale, layout, blur)
            doubted = replace(clear, belief=clear.belief * agreement)
            for values in (plain if blur.along < 0.05 else clear, doubted):
                if self._decoded(near, values, layout, fit, True):
                    return

    def _decoded(self, placement: Placement, values: CellLevels, layout: Layout, fit: float, thorough: bool) -> bool:
        key = decode(values.belief[: layout.word_bytes * 8], layout, thorough)
        if key is not None:
            self.readings.append(RoundReading(key, layout, placement, fit))
        return key is not None


def decode(belief: Floats, layout: Layout, thorough: bool) -> bytes | None:
    if thorough:
        for data in likely_data(belief, layout):
            if (key := key_in(data, layout)) is not None:
                return key
        return None
    word = np.packbits(belief > 0).tobytes()
    weakest = np.abs(belief).reshape(-1, 8).min(1).argsort()
    for erased in (0, 8):
        data = correct(word, layout, [int(i) for i in weakest[:erased]])
        if data is not None and (key := key_in(data, layout)) is not None:
            return key
    return None
