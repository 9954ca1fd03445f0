"""The parts of a picture that are looked at: the whole, or overlapping tiles of a long one, each in one or two sizes."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

SIDES = (1600, 3200)
"""A larger view is scaled to this longer side: first to the one, then to the other if nothing was read in any view."""
LONG_PICTURE = 2.5
"""A picture longer than this times its width is cut into tiles: scaled as a whole, its codes would become too small.
The screen of a phone is shorter."""
SHORTEST_SIDE = 24
"""In pixels. No code in a narrower picture is large enough to be read."""


class View(NamedTuple):
    """A part of the picture scaled to `share` of its size, with the place of its upper left corner in the picture."""

    grey: Grey
    share: float
    left: int
    top: int

    def in_picture(self, x: float, y: float) -> tuple[float, float]:
        """A point of this view, in pixels of the picture."""
        return x / self.share + self.left, y / self.share + self.top


def views(grey: Grey, side: int) -> list[View]:
    """The picture, or its tiles, each scaled down to at most `side` pixels. Two tiles overlap by the picture's shorter side,
    so every code lies whole in one of them."""
    if min(grey.shape) < SHORTEST_SIDE:
        return []
    return [_view(grey[part], part, side) for part in _parts(*grey.shape)]


def _parts(high: int, wide: int) -> Iterator[tuple[slice, slice]]:
    short, long = sorted((high, wide))
    length = long if long <= LONG_PICTURE * short else max(2 * short, min(long, SIDES[0]))
    starts = range(0, max(long - short, 1), length - short) if length < long else (0,)
    for start in starts:
        along = slice(max(0, min(start, long - length)), min(start + length, long))
        yield (along, slice(0, wide)) if high == long else (slice(0, high), along)


def _view(grey: Grey, part: tuple[slice, slice], side: int) -> View:
    share = min(1.0, side / max(grey.shape))
    if share < 1.0:
        high, wide = (max(1, round(length * share)) for length in grey.shape)
        grey = cv2.resize(grey, (wide, high), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return View(np.ascontiguousarray(grey), share, part[1].start, part[0].start)
