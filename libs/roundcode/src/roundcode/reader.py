"""Reads round codes in a grey picture: refines hypotheses of where a code lies, then decodes its cells."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from roundcode import cylinder, template
from roundcode.bending import SOFT, STIFF, SUPPLE, bent, explained
from roundcode.cellvalues import cell_levels, unblurred_levels
from roundcode.correction import corrected, likeliest
from roundcode.expected import Blur, fitting_blurs
from roundcode.geometry import LAYOUTS, SHORT, Layout
from roundcode.hypotheses import STAGES, Hypothesis, hypotheses
from roundcode.placement import Floats, Matrix, Placement
from roundcode.pose import faintest_mark, refined
from roundcode.pyramid import Pyramid

Grey = npt.NDArray[np.uint8]

COARSE_RADIUS, FINE_RADIUS = 26.0, 52.0
"""The radius, in pixels, that a code should have in the level of the first and of the last refinement."""
SECOND_CODE_SCORE = 0.7
CLEAR_MARK = 0.5
MIN_COARSE_FIT, MIN_FIT, SOFT_FIT = 0.3, 0.4, 0.52
TURNABLE_FIT, SURE_FIT = 0.32, 0.88
FLAT_FIT, MIN_CYLINDER_FIT = 0.93, 0.5
NEARLY_BEST = 0.1
"""A fit worse than the best by more than this has a wrong rotation."""
MIN_LONG_RADIUS, MIN_LONG_FIT = 42.0, 0.7
"""In pixels of the picture. The dots of a smaller long code are less than 2.5 pixels apart, too small to be read unless
the marks are clear."""
SHARP_BLUR, CLEAR_BLUR = 0.03, 0.05
"""In radii. Dots blurred less than the first can be followed at once; dots blurred more than the second say nothing about
a bend."""
MIN_EXPLAINED, MIN_BENT_EXPLAINED = 0.19, 0.27
"""The share of the picture's variation that a code must explain before soft decoding, and before further bending. With
less, there is no code."""
BENDINGS, CYLINDERS = 3, 4
"""How many bends and cylinders are fitted in a picture: bounds its time."""
QUARTER = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])

_blas = ThreadpoolController()


@dataclass(frozen=True, slots=True)
class RoundReading:
    """A code that was read: its key, its size, its place, and how well its marks fit (at most 1)."""

    key: bytes
    layout: Layout
    placement: Placement
    fit: float


def read_round(grey: Grey) -> list[RoundReading]:
    """The round codes in a grey picture of at most a few megapixels. Never guesses: the CRC of each key matches."""
    with one_thread():
        frame = _Frame(grey)
        for stage in STAGES:
            # a single code is usually the only one; where there are two, there may be more, smaller ones
            if len(frame.readings) == 1:
                break
            if stage.level < len(frame.pyramid):
                frame.read(hypotheses(frame.pyramid, stage))
        return frame.readings


def one_thread() -> AbstractContextManager[object]:
    """Linear algebra on one thread: for matrices this small, more threads cost ten times what they gain."""
    return _blas.limit(limits=1, user_api="blas")  # type: ignore[no-any-return]


Fitted = tuple[float, Placement]


class _Frame:
    """One picture, the codes read in it so far, and the places tried."""

    def __init__(self, grey: Grey) -> None:
        self.readings: list[RoundReading] = []
        self.pyramid = Pyramid(grey)
        self._failed: list[Placement] = []
        self._softly_tried: list[Placement] = []
        self._bendings_left = BENDINGS
        self._cylinders_left = CYLINDERS

    def read(self, found: list[Hypothesis]) -> None:
        """Try to read codes at these places."""
        for hypothesis in found:
            # next to a code that was read, a second one would show its marks as well; anything weaker is clutter
            if self.readings and hypothesis.score < SECOND_CODE_SCORE:
                break
            if not self._known(hypothesis.placement) and not self._read_at(hypothesis):
                self._failed.append(hypothesis.placement)

    def _known(self, start: Placement) -> bool:
        """Whether it overlaps a code that was read, or was tried twice."""
        read = any(start.overlaps(reading.placement) for reading in self.readings)
        return read or sum(start.same_as(other) for other in self._failed) > 1

    def _read_at(self, start: Hypothesis) -> bool:
        """Plainly, first as flat, then on a cylinder; then softly, best fit first."""
        fitted: list[Fitted] = []
        for fit, placement in self._flat(start.placement.matrix):
            if self._read_plainly(placement, fit):
                return True
            fitted.append((fit, placement))
        for fit, placement in self._round_cylinders(
            start.rings, max([fit for fit, _ in fitted], default=0.0)
        ):
            if self._read_plainly(placement, fit):
                return True
            fitted.append((fit, placement))
        fitted.sort(key=lambda pair: -pair[0])
        return any(
            self._read_softly(placement, fit)
            for fit, placement in fitted
            if fit > max(SOFT_FIT, fitted[0][0] - NEARLY_BEST)
        )

    def _flat(self, start: Matrix) -> Iterator[Fitted]:
        """Refined as a flat code, at the best rotation and at others that fit nearly as well."""
        level, scale = self.pyramid.near(Placement(start).radius, COARSE_RADIUS)
        coarse = template.points(0.05, 0.05)
        turns = [refined(start, level, scale, coarse, 10)]
        matrix, fit = turns[0]
        if TURNABLE_FIT < fit < SURE_FIT and faintest_mark(matrix, level, scale, coarse) < CLEAR_MARK:
            # two of the three marks also match a quarter turn off
            turns += [refined(start @ turn, level, scale, coarse, 10) for turn in (QUARTER, QUARTER.T)]
        turns.sort(key=lambda turn: -turn[1])
        enough = max(MIN_COARSE_FIT, turns[0][1] - 0.2)
        for matrix, fit in turns:
            if fit >= enough:
                level, scale = self.pyramid.near(Placement(matrix).radius, FINE_RADIUS)
                matrix, fit = refined(matrix, level, scale, template.points(0.025, 0.03), 16)
                if fit >= MIN_FIT:
                    yield fit, Placement(matrix)

    def _round_cylinders(self, rings: list[Placement], enough: float) -> Iterator[Fitted]:
        """Refined as a code on a cylinder at the two most likely rotations, where that fits better than `enough`."""
        if enough > FLAT_FIT or not self._cylinders_left:
            return
        turns = []
        for ring in rings[:1]:
            level, scale = self.pyramid.near(ring.radius, COARSE_RADIUS)
            for turn in (np.eye(3), QUARTER, QUARTER.T, QUARTER @ QUARTER):
                likely, fit = cylinder.likeliest(ring.matrix @ turn, level, scale)
                turns.append((fit, ring.matrix @ turn, likely))
        turns.sort(key=lambda turn: -turn[0])
        for fit, matrix, likely in turns[: min(2, self._cylinders_left)]:
            if fit < MIN_CYLINDER_FIT:
                break
            self._cylinders_left -= 1
            level, scale = self.pyramid.near(Placement(matrix).radius, COARSE_RADIUS)
            matrix, likely, fit = cylinder.shaped(
                matrix, likely, level, scale, template.points(0.05, 0.05), 6
            )
            if fit < MIN_CYLINDER_FIT:
                continue
            level, scale = self.pyramid.near(Placement(matrix).radius, FINE_RADIUS)
            matrix, likely, fit = cylinder.shaped(
                matrix, likely, level, scale, template.points(0.025, 0.03), 8
            )
            if fit > enough:
                yield fit, Placement(matrix, likely.bend())

    def _read_plainly(self, placement: Placement, fit: float) -> bool:
        """From the cells as they look, also as they look in a mirror."""
        level, scale = self.pyramid.near(placement.radius, FINE_RADIUS)
        may_be_long = placement.radius > MIN_LONG_RADIUS and fit > MIN_LONG_FIT
        return any(
            self._accept(corrected(cell_levels(seen, level, scale, layout).belief, layout), seen, layout, fit)
            for layout in (LAYOUTS if may_be_long else (SHORT,))
            for seen in (placement, placement.mirrored())
        )

    def _read_softly(self, placement: Placement, fit: float) -> bool:
        """With the blur undone, then bent."""
        if not self._bendings_left or any(placement.nearly(other) for other in self._softly_tried):
            return False
        self._softly_tried.append(placement)
        level, scale = self.pyramid.near(placement.radius, FINE_RADIUS)
        blur, even = fitting_blurs(placement, level, scale)
        # the dots of a long code can be distinguished in a clear picture only
        layouts = LAYOUTS if fit > SURE_FIT and even.along < 0.03 else (SHORT,)
        return any(self._read_bent(placement, level, scale, layout, blur, even, fit) for layout in layouts)

    def _read_bent(
        self,
        first: Placement,
        level: Floats,
        scale: float,
        layout: Layout,
        blur: Blur,
        even: Blur,
        fit: float,
    ) -> bool:
        """As found first, then bent more and more."""
        seen_with = Blur(max(even.along, 0.025), max(even.along, 0.025))
        if explained(first, level, scale, layout, seen_with) < MIN_EXPLAINED:
            return False
        clear = unblurred_levels(first, level, scale, layout, blur)
        if self._accept(likeliest(clear.belief, layout), first, layout, fit):
            return True
        near = first
        for stiffness in _stiffnesses(even.along)[: self._bendings_left]:
            self._bendings_left -= 1
            # the result of a stiff bend would hold a supple one at a wrong place
            start = first if stiffness == SUPPLE else near
            found = bent(start, first.bend, level, scale, layout, seen_with, stiffness)
            near = found.placement
            clear = unblurred_levels(near, level, scale, layout, blur)
            for belief in (clear.belief, clear.belief * found.agreement):
                if self._accept(likeliest(belief, layout), near, layout, fit):
                    return True
            if found.explained < MIN_BENT_EXPLAINED:
                break
        return False

    def _accept(self, key: bytes | None, placement: Placement, layout: Layout, fit: float) -> bool:
        if key is not None:
            self.readings.append(RoundReading(key, layout, placement, fit))
        return key is not None


def _stiffnesses(blur: float) -> tuple[float, ...]:
    """The order in which bends are tried. The misread dots of a blurred code would lead a supple bend astray."""
    if blur < SHARP_BLUR:
        return SUPPLE, SOFT
    return (STIFF, SUPPLE, SOFT) if blur < CLEAR_BLUR else (STIFF,)
