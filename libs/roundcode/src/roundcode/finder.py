"""Finds ellipses in a grey picture that may be the logo's ring or a mark's, by local thresholds and contours."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

MIN_AXIS = 2.0
"""Half the shorter axis of the smallest ellipse considered, in pixels of its level."""
MAX_AXIS = 110.0
MAX_AXIS_RATIO = 3.2
"""The ratio of a circle tilted by 72 degrees."""
MAX_CONTOURS = 10_000
"""The longest outlines of a picture that are looked at: bounds its time and memory, and OpenCV maps at most 32,767 rows. A
photograph has some thousands."""
AREA_AGREES = 0.12
"""How far the area of a contour may differ from that of its ellipse, as a share."""


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Half axes `a` >= `b` and the direction of `a`, in pixels of the picture it was found in. A `hole` is brighter
    inside."""

    x: float
    y: float
    a: float
    b: float
    angle: float
    hole: bool


def ellipses(grey: Grey, block: int, offset: float) -> list[Ellipse]:
    """The ellipses among the outlines of areas darker by `offset` than their surroundings of `block` pixels."""
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, offset)
    # a median removes specks of noise at a fiftieth of the cost of following their outlines
    dark = cv2.medianBlur(dark, 3)
    contours, tree = cv2.findContours(dark, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if tree is None:
        return []
    lengths = np.array([len(contour) for contour in contours])
    chosen = np.nonzero((lengths >= 10) & (lengths <= 8 * MAX_AXIS))[0]
    if len(chosen) > MAX_CONTOURS:
        chosen = np.sort(chosen[np.argsort(-lengths[chosen], kind="stable")[:MAX_CONTOURS]])
    holes = tree.reshape(-1, 4)[:, 3] >= 0
    fitted = (_fit(contours[index], bool(holes[index])) for index in chosen)
    return [ellipse for ellipse in fitted if ellipse is not None]


def _fit(contour: npt.NDArray[np.int32], hole: bool) -> Ellipse | None:
    area = cv2.contourArea(contour)
    if area < 3.14 * MIN_AXIS * MIN_AXIS or area < 0.018 * len(contour) ** 2:
        return None
    (x, y), (wide, high), turn = cv2.fitEllipseDirect(contour)
    a, b = wide / 2, high / 2
    angle = np.radians(turn)
    if b > a:
        a, b, angle = b, a, angle + np.pi / 2
    if b < MIN_AXIS or a > MAX_AXIS or a > b * MAX_AXIS_RATIO:
        return None
    # a contour runs through pixel centres: half a pixel inside a dark shape, half a pixel outside a hole
    edge = -0.5 if hole else 0.5
    if abs(area / (np.pi * a * b) - 1) > AREA_AGREES:
        return None
    return Ellipse(x, y, a + edge, b + edge, float(angle), hole)


def pairs_near(at: Floats, reach: Floats, others: Floats) -> tuple[Indices, Indices]:
    """The pairs (i, k) with `others[k]` within `reach[i]` of `at[i]` on one axis. Time and memory grow with the pairs found:
    a noisy picture has tens of thousands of ellipses, most of them small."""
    order = np.argsort(others)
    first, end = (np.searchsorted(others[order], at + side * reach) for side in (-1, 1))
    counts = end - first
    i = np.repeat(np.arange(len(at)), counts)
    k = np.arange(len(i)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    return i, order[k]
