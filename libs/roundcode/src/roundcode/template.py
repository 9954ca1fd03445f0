"""The fixed structure of every code, drawn for comparison: the logo's ring and the three marks."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from roundcode.geometry import MARK_CENTRES, MARK_RADIUS
from roundcode.shapes import rings

Floats = npt.NDArray[np.float32]
PIXELS = 100
"""Pixels for one radius."""
REACH = 1.25

RING_SPAN = (0.235, 0.395)
MARK_SPAN = MARK_RADIUS + 0.025


def fixed(x: Floats, y: Floats) -> npt.NDArray[np.bool_]:
    """Whether a point belongs to the fixed structure or the white next to it."""
    r = np.hypot(x, y)
    inside = (r > RING_SPAN[0]) & (r < RING_SPAN[1])
    for mx, my in MARK_CENTRES:
        inside |= np.hypot(x - mx, y - my) < MARK_SPAN
    return inside


@cache
def drawn(blur: float) -> Floats:
    """The fixed structure, 1 on white 0, blurred by a sigma of `blur` radii."""
    side = int(2 * REACH * PIXELS)
    ys, xs = (np.mgrid[0:side, 0:side] + 0.5) / PIXELS - REACH
    picture = np.zeros((side, side), np.float32)
    for ring in rings():
        away = np.hypot(xs - ring.x, ys - ring.y)
        picture[(away < ring.outer) & (away >= ring.inner)] = 1
    return cv2.GaussianBlur(picture, (0, 0), blur * PIXELS) if blur else picture


def look_up(picture: Floats, x: Floats, y: Floats) -> Floats:
    """The values of a picture made by `drawn` at points given in radii."""
    shape = x.shape
    px, py = (((v + REACH) * PIXELS - 0.5).reshape(1, -1).astype(np.float32) for v in (x, y))
    return cv2.remap(picture, px, py, cv2.INTER_LINEAR).reshape(shape)


@dataclass(frozen=True, slots=True)
class Points:
    """Points of the fixed structure with the darkness expected there."""

    x: Floats
    y: Floats
    value: Floats
    slope_x: Floats
    slope_y: Floats
    jacobian: Floats
    """(points, 8): how the darkness changes with the eight numbers of a small homography before the map."""
    marks: tuple[npt.NDArray[np.int64], ...]
    """The points that lie on each of the three marks."""


@cache
def points(blur: float, spacing: float) -> Points:
    """A square grid over the fixed structure."""
    line = np.arange(-1.02, 1.02, spacing)
    x, y = (part.ravel() for part in np.meshgrid(line, line))
    keep = fixed(x, y)
    x, y = x[keep].astype(np.float32), y[keep].astype(np.float32)
    picture = drawn(blur)
    slope_x = cv2.Sobel(picture, cv2.CV_32F, 1, 0) * (PIXELS / 8)
    slope_y = cv2.Sobel(picture, cv2.CV_32F, 0, 1) * (PIXELS / 8)
    marks = tuple(np.nonzero(np.hypot(x - mx, y - my) < MARK_SPAN)[0] for mx, my in MARK_CENTRES)
    gx, gy = look_up(slope_x, x, y), look_up(slope_y, x, y)
    radial = gx * x + gy * y
    jacobian = np.stack([gx * x, gx * y, gx, gy * x, gy * y, gy, -radial * x, -radial * y], 1)
    return Points(x, y, look_up(picture, x, y), gx, gy, jacobian, marks)
