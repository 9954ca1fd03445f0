"""Finds ellipses in a grey picture that may be the logo's ring or a mark's, by local thresholds and contours."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

MIN_AXIS = 2.0
"""Half the shorter axis of the smallest ellipse considered, in pixels of its level."""
MAX_AXIS = 110.0
MAX_AXIS_RATIO = 3.2
"""The ratio of a circle tilted by 72 degrees."""
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
    tree = tree.reshape(-1, 4)
    found = []
    for index, contour in enumerate(contours):
        if not 10 <= len(contour) <= 8 * MAX_AXIS:
            continue
        hole = bool(tree[index, 3] >= 0)
        ellipse = _fit(contour, hole)
        if ellipse is not None:
            found.append(ellipse)
    return found


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
