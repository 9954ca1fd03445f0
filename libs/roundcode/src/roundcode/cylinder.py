"""Finds the placement of a code on a can or a bottle, from its ring and marks alone.

On a cylinder the marks are not where a flat code has them, so a wrong quarter turn may fit as well as the right one. The most
likely cylinders of a table are refined together with the homography.
"""

from functools import cache
from itertools import product
from typing import NamedTuple

import cv2
import numpy as np

from roundcode import template
from roundcode.placement import Floats, Matrix, Placement, terms

DISTANCE = 9.0
"""Distance from the camera in radii of the code, for a code 240 pixels wide in a phone's picture."""
CURVATURES, DIRECTIONS, SLANT = (0.5, 0.85), 6, 0.3
"""The table: arcs of about 55 and 100 degrees, axes in six directions, seen from straight above and from six sides."""
USUAL_CURVATURE = 0.65
HELD = np.array([1e-4] * 8 + [1e-4, 1e-5, 1e-4, 1e-4])
"""How much each unknown is damped: the homography's eight, the curvature, the axis and the slant."""
LEAST, MOST = (0.05, -9.0, -0.9, -0.9), (1.3, 9.0, 0.9, 0.9)


class Cylinder(NamedTuple):
    """`curvature` is in radii of the code for each radius of the cylinder, `axis` the direction across which it bends;
    `slant_x` and `slant_y` are tangents of the viewing angle at the surface's middle, 0 from straight above."""

    curvature: float
    axis: float
    slant_x: float
    slant_y: float

    def shift(self, x: Floats, y: Floats) -> Matrix:
        """How far (points, 2) the code's points appear shifted from the plane that touches the cylinder in the code's middle."""
        cos, sin = np.cos(self.axis), np.sin(self.axis)
        angle = (x * cos + y * sin) * self.curvature
        depth = (1 - np.cos(angle)) / self.curvature
        shorter = (np.sin(angle) - angle) / self.curvature
        u, v = x + shorter * cos, y + shorter * sin
        # deeper points appear nearer to the point of the plane straight below the camera
        share = depth / (DISTANCE + depth)
        return np.stack(
            [
                u - x + (self.slant_x * DISTANCE - u) * share,
                v - y + (self.slant_y * DISTANCE - v) * share,
            ],
            1,
        )

    def slopes(self, x: Floats, y: Floats) -> Matrix:
        """How `shift` changes with each of the four numbers: (4, points, 2)."""
        here, step = self.shift(x, y), 1e-3
        return np.stack(
            [(Cylinder(*np.add(self, step * unit)).shift(x, y) - here) / step for unit in np.eye(4)]
        )

    def bend(self) -> Matrix:
        """The polynomials (10, 2) nearest to `shift`."""
        x, y, inverse = _disc()
        return inverse @ self.shift(x, y)


@cache
def _disc() -> tuple[Floats, Floats, Matrix]:
    line = np.linspace(-1, 1, 21, dtype=np.float32)
    x, y = (part.ravel() for part in np.meshgrid(line, line))
    inside = np.hypot(x, y) < 1.02
    x, y = x[inside], y[inside]
    return x, y, np.linalg.pinv(terms(x, y).astype(np.float64))


@cache
def table() -> list[Cylinder]:
    """The cylinders that are tried."""
    sides = np.arange(6) * np.pi / 3
    slants = [(0.0, 0.0), *((SLANT * np.cos(side), SLANT * np.sin(side)) for side in sides)]
    axes = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    return [Cylinder(bend, axis, *slant) for axis, bend, slant in product(axes, CURVATURES, slants)]


@cache
def table_points() -> tuple[Floats, Floats]:
    """The fixed structure's points on each cylinder of the table: two arrays (cylinders, points)."""
    points = template.points(0.05, 0.05)
    shift = np.array([c.shift(points.x, points.y) for c in table()])
    return (points.x + shift[..., 0]).astype(np.float32), (points.y + shift[..., 1]).astype(np.float32)


def likeliest(matrix: Matrix, level: Floats, scale: float) -> tuple[Cylinder, float]:
    """The cylinder of the table under which ring and marks show best at `matrix`, and their correlation."""
    points = template.points(0.05, 0.05)
    x, y = table_points()
    px, py = Placement(matrix).pixels(x.ravel(), y.ravel(), scale)
    seen = cv2.remap(
        level, px.reshape(x.shape), py.reshape(x.shape), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    value = points.value - points.value.mean()
    seen = seen.mean(1, keepdims=True) - seen
    fits = seen @ value / np.maximum(np.linalg.norm(seen, axis=1) * np.linalg.norm(value), 1e-3)
    best = int(fits.argmax())
    return table()[best], float(fits[best])


def shaped(
    matrix: Matrix, cylinder: Cylinder, level: Floats, scale: float, points: template.Points, rounds: int
) -> tuple[Matrix, Cylinder, float]:
    """Both refined until the picture fits `points` (Gauss-Newton with Huber's weights), and the final correlation."""
    value = points.value - points.value.mean()
    for step in range(rounds + 1):
        shift = cylinder.shift(points.x, points.y).astype(np.float32)
        seen = -Placement(matrix).seen(level, points.x + shift[:, 0], points.y + shift[:, 1], scale)
        seen -= seen.mean()
        likeness, square = float(seen @ value), max(float(seen @ seen), 1e-6)
        fit = likeness / max(float(np.sqrt(square) * np.linalg.norm(value)), 1e-3)
        if step == rounds:
            break
        slopes = cylinder.slopes(points.x, points.y)
        own = (slopes[..., 0] * points.slope_x + slopes[..., 1] * points.slope_y).T
        d = _change(np.concatenate([points.jacobian, own], 1), likeness / square * seen - value, cylinder)
        change = np.array([[1 + d[0], d[1], d[2]], [d[3], 1 + d[4], d[5]], [d[6], d[7], 1]])
        matrix = matrix @ np.linalg.inv(change)
        cylinder = Cylinder(*np.clip(np.subtract(cylinder, d[8:]), LEAST, MOST))
    return matrix, cylinder, fit


def _change(jacobian: Floats, error: Floats, cylinder: Cylinder) -> Matrix:
    """The twelve numbers to subtract: eight of a small homography, four of the cylinder."""
    limit = 1.5 * np.median(np.abs(error)) + 1e-6
    weighted = jacobian * np.minimum(1, limit / np.maximum(np.abs(error), 1e-9))[:, None]
    normal = weighted.T @ jacobian
    stiff = HELD * np.diag(normal)[:6].mean()
    normal[np.diag_indices(12)] += stiff
    away = (cylinder.curvature - USUAL_CURVATURE, 0, cylinder.slant_x, cylinder.slant_y)
    right = weighted.T @ error + stiff * np.array([0.0] * 8 + list(away))
    return np.linalg.solve(normal, right)  # type: ignore[no-any-return]
