"""Hypotheses from two marks of a code, for when its logo's ring is covered, washed out or lost."""

import numpy as np
import numpy.typing as npt

from sharecode.roundcode.finder import Ellipse
from sharecode.roundcode.geometry import MARK_CENTRES, MARK_DOT, MARK_RADIUS, MARK_RING_INNER

Matrix = npt.NDArray[np.float64]
MAX_MARKS = 24
LENGTH_AGREES = 0.22
"""How far the distance between two marks, told by the size of each, may be from the code's own."""
SIZES = ((MARK_RADIUS, False), (MARK_RING_INNER, True), (MARK_DOT, False))
"""The circles of a mark from outside in, and whether each is a hole's outline."""


def likely_marks(ellipses: list[Ellipse]) -> list[tuple[Ellipse, float]]:
    """Ellipses with another inside them in the way of a mark's circles: the larger one and its radius in a code."""
    if not ellipses:
        return []
    x, y, a, b = np.array([(e.x, e.y, e.a, e.b) for e in ellipses]).T
    size = np.sqrt(a * b)
    near = np.hypot(x[:, None] - x, y[:, None] - y) < 0.22 * b[:, None]
    ratio = size[None, :] / size[:, None]
    found: dict[int, tuple[float, float]] = {}
    for outer, inner in ((0, 1), (1, 2), (0, 2)):
        expected = SIZES[inner][0] / SIZES[outer][0]
        off = np.abs(np.log(ratio / expected))
        for i, k in zip(*np.nonzero(near & (off < 0.3)), strict=True):
            if ellipses[i].hole == SIZES[outer][1] and ellipses[k].hole == SIZES[inner][1]:
                off_ik = float(off[i, k])
                if i not in found or off_ik < found[i][1]:
                    found[i] = (SIZES[outer][0], off_ik)
    best = sorted(found.items(), key=lambda item: item[1][1])
    chosen: list[tuple[Ellipse, float]] = []
    for i, (radius, _) in best:
        e = ellipses[i]
        # Of a mark's circles only one is needed.
        if all(np.hypot(e.x - o.x, e.y - o.y) > 0.5 * o.b for o, _ in chosen):
            chosen.append((e, radius))
    return chosen[:MAX_MARKS]


def pair_maps(marks: list[tuple[Ellipse, float]], scale: float) -> Matrix:
    """Affine maps (n, 3, 3) from code units to the picture for every two marks whose sizes and distance agree."""
    maps = []
    shapes = [_shape(e, radius) for e, radius in marks]
    for i, (e, _) in enumerate(marks):
        for k, (o, _) in enumerate(marks):
            if i == k or not 0.6 < np.linalg.det(shapes[i]) / np.linalg.det(shapes[k]) < 1.67:
                continue
            # The tilt is told by both; a mean of the two metrics keeps what is not the turn.
            shape = (shapes[i] + shapes[k]) / 2
            middle = np.array([(e.x + o.x) / 2, (e.y + o.y) / 2])
            across = np.linalg.solve(shape, np.array([o.x - e.x, o.y - e.y]))
            for first, second in ((0, 1), (0, 2), (1, 2)):
                from_ = np.array(MARK_CENTRES[first])
                to = np.array(MARK_CENTRES[second])
                wanted = to - from_
                stretch = np.linalg.norm(across) / np.linalg.norm(wanted)
                if abs(np.log(stretch)) > LENGTH_AGREES:
                    continue
                turn = np.arctan2(across[1], across[0]) - np.arctan2(wanted[1], wanted[0])
                cos, sin = np.cos(turn), np.sin(turn)
                linear = shape @ np.array([[cos, -sin], [sin, cos]]) * stretch
                offset = middle - linear @ (from_ + to) / 2
                m = np.eye(3)
                m[:2, :2] = linear * scale
                m[:2, 2] = (offset + 0.5) * scale - 0.5
                maps.append(m)
    return np.array(maps).reshape(-1, 3, 3)


def _shape(e: Ellipse, radius: float) -> Matrix:
    """The linear map which takes a circle of `radius` to the ellipse, without a turn (symmetric)."""
    cos, sin = np.cos(e.angle), np.sin(e.angle)
    axes = np.array([[cos, -sin], [sin, cos]])
    return axes @ np.diag([e.a / radius, e.b / radius]) @ axes.T
