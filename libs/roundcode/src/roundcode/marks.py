"""Hypotheses from two marks of a code, for when its logo's ring is covered or washed out."""

import numpy as np
import numpy.typing as npt

from roundcode.finder import Ellipse, pairs_near
from roundcode.geometry import MARK_CENTRES, MARK_DOT, MARK_RADIUS, MARK_RING_INNER

Floats = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
MAX_MARKS = 24
OFF_CENTRE = 0.22
"""How far a mark's inner circle may lie from the centre of the outer one, in the outer one's half axes."""
SIZE_AGREES = 0.3
"""How far the ratio of their sizes may differ from a mark's own (logarithm)."""
LENGTH_AGREES = 0.22
"""How far the distance between two marks, measured by their size, may differ from the code's own (logarithm)."""
SIZES = ((MARK_RADIUS, False), (MARK_RING_INNER, True), (MARK_DOT, False))
"""The circles of a mark from outside in, and whether each is the outline of a hole."""


def likely_marks(ellipses: list[Ellipse]) -> list[tuple[Ellipse, float]]:
    """Ellipses that contain another one as a mark's circles do: the larger one, and its radius in a code."""
    if not ellipses:
        return []
    x, y, a, b = np.array([(e.x, e.y, e.a, e.b) for e in ellipses]).T
    hole = np.array([e.hole for e in ellipses])
    size = np.log(np.sqrt(a * b))
    best, of_best = np.full(len(ellipses), np.inf), np.zeros(len(ellipses), int)
    for outer, inner in ((0, 1), (1, 2), (0, 2)):
        around = np.nonzero(hole == SIZES[outer][1])[0]
        within = np.nonzero(hole == SIZES[inner][1])[0]
        i, k = pairs_near(x[around], OFF_CENTRE * b[around], x[within])
        apart = np.hypot(x[within[k]] - x[around[i]], y[within[k]] - y[around[i]])
        off = np.abs(size[within[k]] - size[around[i]] - np.log(SIZES[inner][0] / SIZES[outer][0]))
        fits = (apart < OFF_CENTRE * b[around[i]]) & (off < SIZE_AGREES)
        least = np.full(len(around), np.inf)
        np.minimum.at(least, i[fits], off[fits])
        better = least < best[around]
        best[around[better]], of_best[around[better]] = least[better], outer
    chosen: list[tuple[Ellipse, float]] = []
    for i in np.argsort(best)[: 4 * MAX_MARKS]:
        if len(chosen) == MAX_MARKS or best[i] == np.inf:
            break
        e = ellipses[i]
        # one of a mark's circles is enough
        if all(np.hypot(e.x - o.x, e.y - o.y) > 0.5 * o.b for o, _ in chosen):
            chosen.append((e, SIZES[of_best[i]][0]))
    return chosen


def pair_maps(marks: list[tuple[Ellipse, float]], scale: float) -> Matrix:
    """Affine maps (n, 3, 3) from code units to the picture for every two marks whose sizes and distance agree."""
    if len(marks) < 2:
        return np.empty((0, 3, 3))
    shapes = np.array([_shape(e, radius) for e, radius in marks])
    at = np.array([(e.x, e.y) for e, _ in marks])
    i, k = np.nonzero(~np.eye(len(marks), dtype=bool))
    area = np.linalg.det(shapes)
    alike = np.abs(np.log(area[i] / area[k])) < np.log(1.67)
    i, k = i[alike], k[alike]
    # both marks show the tilt: the mean of the two metrics keeps everything but the rotation
    shape = (shapes[i] + shapes[k]) / 2
    across = np.linalg.solve(shape, (at[k] - at[i])[..., None])[..., 0]
    found = []
    for first, second in ((0, 1), (0, 2), (1, 2)):
        from_, to = np.array(MARK_CENTRES[first]), np.array(MARK_CENTRES[second])
        wanted = to - from_
        stretch = np.linalg.norm(across, axis=1) / np.linalg.norm(wanted)
        fits = np.abs(np.log(stretch)) < LENGTH_AGREES
        turn = np.arctan2(across[fits, 1], across[fits, 0]) - np.arctan2(wanted[1], wanted[0])
        cos, sin = np.cos(turn), np.sin(turn)
        rotation = np.stack([cos, -sin, sin, cos], 1).reshape(-1, 2, 2)
        linear = shape[fits] @ rotation * stretch[fits, None, None]
        middle = (at[i[fits]] + at[k[fits]]) / 2
        maps = np.tile(np.eye(3), (len(linear), 1, 1))
        maps[:, :2, :2] = linear * scale
        maps[:, :2, 2] = (middle - linear @ ((from_ + to) / 2) + 0.5) * scale - 0.5
        found.append(maps)
    return np.concatenate(found)


def _shape(e: Ellipse, radius: float) -> Matrix:
    """The linear map that takes a circle of `radius` to the ellipse, without rotation (symmetric)."""
    cos, sin = np.cos(e.angle), np.sin(e.angle)
    axes = np.array([[cos, -sin], [sin, cos]])
    return axes @ np.diag([e.a / radius, e.b / radius]) @ axes.T
