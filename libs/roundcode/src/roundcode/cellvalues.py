"""How dark each cell looks, and how certain that is."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from roundcode.expected import Blur, unblur, where
from roundcode.geometry import Layout, cells
from roundcode.placement import Floats, Placement

NEIGHBOURS = 28


@dataclass(frozen=True, slots=True)
class Grid:
    """The points at which cells are sampled, `spots` consecutive ones for each cell, and each cell's neighbours."""

    x: Floats
    y: Floats
    spots: int
    neighbours: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CellLevels:
    """For each cell: `belief`, positive for dark and larger when more certain; `high` and `low`, the light and the dark
    level around it."""

    belief: Floats
    high: Floats
    low: Floats

    @property
    def contrast(self) -> Floats:
        return self.high - self.low


@cache
def grid(layout: Layout) -> Grid:
    table = cells(layout)
    offsets = [(0.0, 0.0), (-0.22, 0.0), (0.22, 0.0), (0.0, -0.5), (0.0, 0.5)]
    x, y = [], []
    for cell in table:
        cos, sin = np.cos(cell.angle), np.sin(cell.angle)
        for along, across in offsets:
            u, v = cell.radius + along * layout.pitch, across * cell.half_width
            x.append(u * cos - v * sin)
            y.append(u * sin + v * cos)
    centre = np.array([(c.x, c.y) for c in table])
    away = np.linalg.norm(centre[:, None] - centre[None], axis=2)
    return Grid(
        np.array(x, np.float32), np.array(y, np.float32), len(offsets), np.argsort(away, 1)[:, :NEIGHBOURS]
    )


def cell_levels(placement: Placement, level: Floats, scale: float, layout: Layout) -> CellLevels:
    """The cells as they look; the threshold lies between the light and the dark cells nearby."""
    where = grid(layout)
    return _levels(placement.seen(level, where.x, where.y, scale).reshape(-1, where.spots).mean(1), layout)


def unblurred_levels(
    placement: Placement, level: Floats, scale: float, layout: Layout, blur: Blur
) -> CellLevels:
    """The cells as they would look without `blur`."""
    matrix, fixed = unblur(layout, blur)
    x, y = where()
    seen = placement.seen(level, x, y, scale)
    white, black = np.percentile(seen, 85), np.percentile(seen, 10)
    darkness = white - seen - fixed * (white - black)
    return _levels(-(matrix @ darkness), layout)


def _levels(seen: Floats, layout: Layout) -> CellLevels:
    around = np.sort(seen[grid(layout).neighbours], axis=1)
    low, high = around[:, NEIGHBOURS // 5], around[:, -1 - NEIGHBOURS // 5]
    return CellLevels(((low + high) / 2 - seen).astype(np.float32), high, low)
