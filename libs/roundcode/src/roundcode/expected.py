"""A linear model of how a blurred code looks, for aligning a code's own dots and for undoing blur.

Each cell's ink is a Gaussian spot of the ink's own extent, widened by the blur. Darkness at the model's
points is then `fixed + spots @ dark`, with 1 for ink and 0 for white.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from roundcode import template
from roundcode.geometry import INK_ALONG, Layout, cells
from roundcode.placement import Placement

Floats = npt.NDArray[np.float32]
SPACING = 0.045
INNER, OUTER = 0.40, 1.03
RIDGE = 0.03


@dataclass(frozen=True, slots=True)
class Blur:
    """A Gaussian blur in code units: sigmas along and across `angle`."""

    along: float
    across: float
    angle: float = 0.0

    @property
    def covariance(self) -> npt.NDArray[np.float64]:
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        axes = np.array([[cos, -sin], [sin, cos]])
        return axes @ np.diag([self.along**2, self.across**2]) @ axes.T


EVEN = 6
BLURS = (
    *(Blur(s, s) for s in (0.012, 0.025, 0.04, 0.055, 0.07, 0.09)),
    *(
        Blur(along, across, turn * np.pi / 8)
        for across in (0.025, 0.05)
        for along in (0.08, 0.12, 0.16)
        for turn in range(8)
    ),
)
"""The blurs that are distinguished; the first `EVEN` are the same in all directions."""


@dataclass(frozen=True, slots=True)
class Model:
    """Points of the data area, the fixed structure's darkness there, and each cell's, with slopes."""

    x: Floats
    y: Floats
    fixed: Floats
    fixed_slope_x: Floats
    fixed_slope_y: Floats
    spots: Floats
    spots_slope_x: Floats
    spots_slope_y: Floats
    nearest: npt.NDArray[np.int64]


@cache
def where() -> tuple[Floats, Floats]:
    line = np.arange(-OUTER, OUTER, SPACING)
    x, y = (part.ravel().astype(np.float32) for part in np.meshgrid(line, line))
    r = np.hypot(x, y)
    keep = (r > INNER) & (r < OUTER)
    return x[keep], y[keep]


@lru_cache(maxsize=8)
def model(layout: Layout, blur: Blur) -> Model:
    x, y = where()
    f, fx, fy = (template.look_up(p, x, y) for p in blurred_fixed(blur))
    spots, sx, sy = _spots(layout, blur, x, y)
    table = cells(layout)
    centre = np.array([(c.x, c.y) for c in table], np.float32)
    away = (x[:, None] - centre[:, 0]) ** 2 + (y[:, None] - centre[:, 1]) ** 2
    return Model(x, y, f, fx, fy, spots, sx, sy, away.argmin(1))


@lru_cache(maxsize=64)
def unblur(layout: Layout, blur: Blur) -> tuple[Floats, Floats]:
    """The matrix from the darkness at the points of `where` to each cell's darkness (least squares with a small ridge), and
    the darkness that the fixed structure adds at those points."""
    x, y = where()
    spots, _, _ = _spots(layout, blur, x, y)
    normal = spots.T @ spots
    normal[np.diag_indices(len(normal))] += RIDGE * np.diag(normal).mean()
    fixed = template.look_up(blurred_fixed(blur)[0], x, y)
    return np.linalg.solve(normal, spots.T).astype(np.float32), fixed


def _spots(layout: Layout, blur: Blur, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    table = cells(layout)
    long = (2 * INK_ALONG * layout.pitch) ** 2 / 12
    cos = np.array([np.cos(c.angle) for c in table])
    sin = np.array([np.sin(c.angle) for c in table])
    width = np.array([c.half_width for c in table]) * 2
    extra = blur.covariance
    xx = long * cos**2 + width**2 / 12 * sin**2 + extra[0, 0]
    yy = long * sin**2 + width**2 / 12 * cos**2 + extra[1, 1]
    xy = (long - width**2 / 12) * cos * sin + extra[0, 1]
    det = xx * yy - xy**2
    dx = (x[:, None] - np.array([c.x for c in table])).astype(np.float32)
    dy = (y[:, None] - np.array([c.y for c in table])).astype(np.float32)
    pxx, pyy, pxy = ((v / det).astype(np.float32) for v in (yy, xx, -xy))
    tx, ty = pxx * dx + pxy * dy, pxy * dx + pyy * dy
    ink = 2 * INK_ALONG * layout.pitch * width * 0.92
    height = (ink / (2 * np.pi * np.sqrt(det))).astype(np.float32)
    spots = height * np.exp(-0.5 * (dx * tx + dy * ty))
    return spots, -spots * tx, -spots * ty


@lru_cache(maxsize=len(BLURS))
def blurred_fixed(blur: Blur) -> tuple[Floats, Floats, Floats]:
    """The drawing of the fixed structure under `blur`, and its slopes."""
    reach = int(3 * max(blur.along, blur.across) * template.PIXELS) + 1
    inverse = np.linalg.inv(blur.covariance + np.eye(2) * 1e-5)
    v, u = np.mgrid[-reach : reach + 1, -reach : reach + 1] / template.PIXELS
    kernel = np.exp(-0.5 * (inverse[0, 0] * u * u + 2 * inverse[0, 1] * u * v + inverse[1, 1] * v * v))
    picture = cv2.filter2D(template.drawn(0.0), cv2.CV_32F, kernel / kernel.sum())
    slope_x = cv2.Sobel(picture, cv2.CV_32F, 1, 0) * (template.PIXELS / 8)
    slope_y = cv2.Sobel(picture, cv2.CV_32F, 0, 1) * (template.PIXELS / 8)
    return picture, slope_x, slope_y


def fitting_blurs(placement: Placement, level: Floats, scale: float) -> tuple[Blur, Blur]:
    """The blur under which the fixed structure resembles the picture most, and the best one that is even in all directions."""
    x, y, rows = _bank(0.03)
    seen = placement.seen(level, x, y, scale)
    fits = rows @ (seen.mean() - seen)
    return BLURS[int(fits.argmax())], BLURS[int(fits[:EVEN].argmax())]


@cache
def _bank(spacing: float) -> tuple[Floats, Floats, Floats]:
    """Points of the fixed structure, and for each of `BLURS` the darkness expected there, with mean 0 and length 1."""
    points = template.points(0.025, spacing)
    rows = np.array([template.look_up(blurred_fixed(b)[0], points.x, points.y) for b in BLURS])
    rows -= rows.mean(1, keepdims=True)
    return points.x, points.y, rows / np.linalg.norm(rows, axis=1, keepdims=True)
