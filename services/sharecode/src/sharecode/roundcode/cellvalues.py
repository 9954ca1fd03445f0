"""How dark each cell is, and how sure that is."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from sharecode.roundcode.geometry import Layout, cells
from sharecode.roundcode.pose import Matrix, sample

Floats = npt.NDArray[np.float32]
NEIGHBOURS = 28


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the cells are looked at: `spots` places for each, side by side, and each cell's neighbours."""

    x: Floats
    y: Floats
    spots: int
    neighbours: npt.NDArray[np.int64]


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
    return Grid(np.array(x, np.float32), np.array(y, np.float32), len(offsets), np.argsort(away, 1)[:, :NEIGHBOURS])


def beliefs(level: Floats, pose: Matrix, scale: float, layout: Layout) -> Floats:
    """For each cell a number above 0 when it looks dark, the larger the surer."""
    where = grid(layout)
    seen = sample(level, pose[None], where.x, where.y, scale)[0].reshape(-1, where.spots).mean(1)
    around = np.sort(seen[where.neighbours], axis=1)
    low, high = around[:, NEIGHBOURS // 5], around[:, -1 - NEIGHBOURS // 5]
    return ((low + high) / 2 - seen).astype(np.float32)
