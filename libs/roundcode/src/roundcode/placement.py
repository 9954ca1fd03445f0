"""Where a code lies in a picture: a homography, preceded by a smooth shift on bent surfaces."""

from dataclasses import dataclass, field
from math import hypot, sqrt

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
TERMS = 10
SWAP = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 1]])
SWAPPED_TERMS = [0, 2, 1, 5, 4, 3, 9, 8, 7, 6]
"""Where each of `terms` stands when x and y change places."""
_CORNERS_X, _CORNERS_Y = np.float32([-1, 1, 1, -1]), np.float32([-1, -1, 1, 1])


def terms(x: Floats, y: Floats) -> Floats:
    """The polynomials up to the third degree at each point, (points, 10)."""
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], 1)


@dataclass(frozen=True, slots=True)
class Placement:
    """`matrix` takes code units to pixels of the whole picture; `bend` (10, 2) shifts a code's points first."""

    matrix: Matrix
    bend: Matrix | None = field(default=None)

    def pixels(self, x: Floats, y: Floats, scale: float = 1.0) -> tuple[Floats, Floats]:
        """Where the code's points lie in the picture scaled down by `scale`."""
        if self.bend is not None:
            shift = terms(x, y) @ self.bend
            x, y = x + shift[:, 0], y + shift[:, 1]
        px, py, w = self.matrix @ np.stack([x, y, np.ones_like(x)]).astype(np.float64)
        return ((px / w + 0.5) / scale - 0.5).astype(np.float32), ((py / w + 0.5) / scale - 0.5).astype(
            np.float32
        )

    def seen(self, level: Floats, x: Floats, y: Floats, scale: float) -> Floats:
        """The brightness of `level` at the code's points."""
        px, py = self.pixels(x, y, scale)
        return cv2.remap(level, px[None], py[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]

    def mirrored(self) -> "Placement":
        """The same code seen in a mirror. The marks lie symmetrically to the line x = y, so they fit both equally well."""
        bend = None if self.bend is None else self.bend[SWAPPED_TERMS][:, ::-1]
        return Placement(self.matrix @ SWAP, bend)

    @property
    def centre(self) -> tuple[float, float]:
        x, y, w = self.matrix[:, 2].tolist()
        return x / w, y / w

    @property
    def radius(self) -> float:
        """Of the code in pixels: the square root of the scale of areas at its centre."""
        (a, b, x), (c, d, y), (g, h, w) = self.matrix.tolist()
        return sqrt(abs((a - x * g / w) * (d - y * h / w) - (b - x * h / w) * (c - y * g / w))) / abs(w)

    def overlaps(self, other: "Placement") -> bool:
        """Whether it is so near that both cannot be codes."""
        (x, y), (u, v) = self.centre, other.centre
        return hypot(x - u, y - v) < 1.5 * other.radius

    def nearly(self, other: "Placement") -> bool:
        """Whether both put every point of a code at the same place, to a few hundredths of its radius."""
        (x, y), (u, v) = (place.pixels(_CORNERS_X, _CORNERS_Y) for place in (self, other))
        return bool(np.hypot(x - u, y - v).max() < 0.04 * self.radius)

    def same_as(self, other: "Placement") -> bool:
        """Whether both stand for the same code at about the same place and size."""
        (x, y), (u, v), size = self.centre, other.centre, other.radius
        return hypot(x - u, y - v) < 0.2 * size and 0.85 < self.radius / size < 1.18
