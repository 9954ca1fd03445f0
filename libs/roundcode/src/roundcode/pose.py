"""Where a code lies in a picture: hypotheses from ellipses, scored against the fixed structure, then refined."""

from dataclasses import replace
from math import sqrt

import cv2
import numpy as np
import numpy.typing as npt

from roundcode import template
from roundcode.finder import Ellipse, pairs_near
from roundcode.geometry import LOGO_RING_INNER, LOGO_RING_OUTER

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
HOPELESS = (0.1, 0.1, 0.1, 0.2, 0.2, 0.25, 0.3)
"""By round: a correlation below this will not recover."""
LEAN = 0.045
"""How much a fully tilted disc of the ring's size leans towards an ordinary camera."""
RING_MIDDLE = (LOGO_RING_INNER + LOGO_RING_OUTER) / 2
PROFILE_TURNS = 24
PROFILE_HOLE = np.arange(-0.05, 0.55, 0.05)
"""Where the dark line's middle is searched outside a hole's outline, in mean radii; blur and a strict threshold shrink
holes."""
PROFILE_OUTER = -np.arange(-0.05, 0.45, 0.05)


def on_line(
    ellipses: list[Ellipse], hole: bool, grey: npt.NDArray[np.uint8], contrast: float
) -> list[Ellipse]:
    """The outlines (of holes, or outer ones) moved to the middle of their dark line. Left out without a line that is at
    least `contrast` darker than both sides."""
    chosen = [e for e in ellipses if e.hole == hole]
    if not chosen:
        return []
    x, y, a, b, angle = np.array([(e.x, e.y, e.a, e.b, e.angle) for e in chosen]).T[:, :, None, None]
    steps = PROFILE_HOLE if hole else PROFILE_OUTER
    off = steps[:, None] * np.sqrt(a * b)
    t = np.arange(PROFILE_TURNS) * 2 * np.pi / PROFILE_TURNS
    u, v = (a + off) * np.cos(t), np.maximum(b + off, 0.5) * np.sin(t)
    px = (x + u * np.cos(angle) - v * np.sin(angle)).astype(np.float32)
    py = (y + u * np.sin(angle) + v * np.cos(angle)).astype(np.float32)
    seen = cv2.remap(grey, px.reshape(len(chosen), -1), py.reshape(len(chosen), -1), cv2.INTER_LINEAR)
    profile = seen.reshape(len(chosen), len(steps), PROFILE_TURNS).mean(2, dtype=np.float32)
    inner = profile[:, :-1]
    darkest = inner.argmin(1)
    row = np.arange(len(chosen))
    depth = profile.max(1) - inner[row, darkest]
    found = []
    for i in np.nonzero(depth > contrast)[0]:
        e, k = chosen[i], int(darkest[i])
        before, here, after = profile[i, max(k - 1, 0)], profile[i, k], profile[i, k + 1]
        bend = before + after - 2 * here
        shift = float((before - after) / (2 * bend)) if bend > 1e-3 and k else 0.0
        moved = float(steps[k] + np.clip(shift, -0.5, 0.5) * (steps[1] - steps[0])) * sqrt(e.a * e.b)
        if e.b + moved > 1.5:
            found.append(replace(e, a=e.a + moved, b=e.b + moved))
    return found


def distinct(lines: list[Ellipse]) -> list[Ellipse]:
    """Without duplicates: a line has an outline on either side."""
    if not lines:
        return []
    x, y, a, b = np.array([(e.x, e.y, e.a, e.b) for e in lines]).T
    first, later = pairs_near(x, 0.12 * b, x)
    near = np.hypot(x[later] - x[first], y[later] - y[first]) < 0.12 * b[first]
    alike = near & (abs(a[later] - a[first]) < 0.1 * a[first]) & (abs(b[later] - b[first]) < 0.1 * b[first])
    duplicates = set(later[alike & (first < later)].tolist())
    return [line for number, line in enumerate(lines) if number not in duplicates]


def circle_maps(ellipses: list[Ellipse], scale: float, lean: float = 0.0) -> Matrix:
    """Homographies (n, 3, 3) from the middle of the logo ring's line to each ellipse (found in a picture scaled down by
    `scale`), up to a rotation; with a perspective of `lean` times the sine of the visible tilt."""
    if not ellipses:
        return np.empty((0, 3, 3))
    x, y, a, b, angle = np.array([(e.x, e.y, e.a, e.b, e.angle) for e in ellipses]).T
    t = np.sqrt(np.maximum(0, 1 - (b / a) ** 2)) * lean
    a, b = a * scale, b * scale
    cos, sin, zero, one = np.cos(angle), np.sin(angle), np.zeros(len(t)), np.ones(len(t))
    x, y = (x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5
    to_picture = _matrices(a * cos, -b * sin, x, a * sin, b * cos, y, zero, zero, one)
    # the projective maps that keep the unit circle and lean its disc along y
    leaning = _matrices(np.sqrt(1 - t * t), zero, zero, zero, one, t, zero, t, one)
    return to_picture @ leaning @ np.diag([1 / RING_MIDDLE, 1 / RING_MIDDLE, 1.0])


def radii(maps: Matrix) -> Floats:
    """The code's radius in pixels under each map, at its centre."""
    flat = maps[:, :2, :2] - maps[:, :2, 2:] * maps[:, 2:, :2] / maps[:, 2:, 2:]
    return np.sqrt(np.abs(np.linalg.det(flat))) / np.abs(maps[:, 2, 2])


def faintest_mark(matrix: Matrix, level: Floats, scale: float, points: template.Points) -> float:
    """The correlation of the least visible of the three marks."""
    seen = -sample(level, matrix[None], points.x, points.y, scale)[0]
    return min(_correlation(seen[mark], points.value[mark]) for mark in points.marks)


def _correlation(seen: Floats, expected: Floats) -> float:
    seen, expected = seen - seen.mean(), expected - expected.mean()
    return float(seen @ expected / max(float(np.linalg.norm(seen) * np.linalg.norm(expected)), 1e-3))


def _matrices(*entries: Floats) -> Matrix:
    return np.stack(entries, 1).reshape(-1, 3, 3).astype(np.float64)


def sample(level: Floats, maps: Matrix, x: Floats, y: Floats, scale: float) -> Floats:
    """The values of `level` at the points (x, y) of each map, (n, points)."""
    # pixel centres have whole coordinates in a level; single precision is a ten-thousandth of a pixel here
    to_level = np.array([[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]])
    flat = (to_level @ maps).astype(np.float32).reshape(-1, 3)
    at = (flat @ np.stack([x, y, np.ones_like(x)])).reshape(len(maps), 3, -1)
    px, py = at[:, 0] / at[:, 2], at[:, 1] / at[:, 2]
    return cv2.remap(level, px, py, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def refined(
    start: Matrix, level: Floats, scale: float, points: template.Points, rounds: int
) -> tuple[Matrix, float]:
    """`start` refined until the picture fits `points`, by inverse compositional Gauss-Newton with Huber's weights
    (S. Baker and I. Matthews, "Lucas-Kanade 20 years on", 2004); and the final correlation."""
    jacobian, value, pose = points.jacobian, points.value, start
    centred_value = value - value.mean()
    spread = float(np.linalg.norm(centred_value))
    score = -1.0
    for step in range(rounds + 1):
        seen = -sample(level, pose[None], points.x, points.y, scale)[0]
        centred = seen - seen.mean()
        product, square = float(centred @ centred_value), float(centred @ centred)
        score = product / (max(sqrt(square), 1e-3) * spread)
        if step == rounds or score < HOPELESS[min(step, len(HOPELESS) - 1)]:
            break
        error = product / max(square, 1e-6) * centred - centred_value
        limit = 1.5 * np.median(np.abs(error)) + 1e-6
        weight = np.minimum(1, limit / np.maximum(np.abs(error), 1e-9))
        weighted = jacobian * weight[:, None]
        normal = weighted.T @ jacobian
        normal[np.diag_indices(8)] *= 1.001
        d = np.linalg.solve(normal, weighted.T @ error)
        change = np.array([[1 + d[0], d[1], d[2]], [d[3], 1 + d[4], d[5]], [d[6], d[7], 1]])
        pose = pose @ np.linalg.inv(change)
        if np.abs(d).max() < 2e-3:
            break
    return pose, score
