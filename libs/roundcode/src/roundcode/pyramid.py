"""A grey picture in several sizes, each half of the one before."""

import cv2
import numpy as np
import numpy.typing as npt

from roundcode.placement import Floats, Matrix
from roundcode.pose import radii
from roundcode.scoring import Polar, seen_under

Grey = npt.NDArray[np.uint8]
LEVELS = 6
SCORING_RADIUS = 40.0
"""The radius, in pixels, that a code should have in the level it is scored in."""


class Pyramid:
    """Level 0 is the picture itself; level n is scaled down by 2**n."""

    def __init__(self, grey: Grey) -> None:
        self._levels = [grey]
        while len(self._levels) < LEVELS and min(self._levels[-1].shape) > 40:
            smaller = cv2.resize(self._levels[-1], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            self._levels.append(smaller)  # type: ignore[arg-type]
        self._exact: dict[int, Floats] = {}

    def __len__(self) -> int:
        return len(self._levels)

    def grey(self, level: int) -> Grey:
        return self._levels[level]

    def exact(self, level: int) -> Floats:
        """A level as floating-point numbers."""
        if level not in self._exact:
            self._exact[level] = self._levels[level].astype(np.float32)
        return self._exact[level]

    def level_for(self, radius: float | Floats, wanted: float) -> npt.NDArray[np.int64]:
        """The level in which a code of `radius` pixels is closest to `wanted` pixels."""
        halvings = np.round(np.log2(np.maximum(radius, 1) / wanted))
        return np.clip(halvings, 0, len(self) - 1).astype(np.int64)

    def near(self, radius: float, wanted: float) -> tuple[Floats, float]:
        """That level, and the factor by which it is scaled down."""
        number = int(self.level_for(radius, wanted))
        return self.exact(number), 2.0**number

    def seen(self, maps: Matrix, polar: Polar) -> Floats:
        """The brightness at the points of `polar` under each map, each in the level of the right size."""
        seen = np.empty((len(maps), polar.x.size), np.float32)
        levels = self.level_for(radii(maps), SCORING_RADIUS)
        for level in np.unique(levels):
            which = np.nonzero(levels == level)[0]
            seen[which] = seen_under(maps[which], polar, self.exact(int(level)), 2.0**level)
        return seen
