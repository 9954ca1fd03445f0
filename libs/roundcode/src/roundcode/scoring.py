"""How well a picture shows the three marks under a map, at all rotations at once: with few points, then with more."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from roundcode import template
from roundcode.geometry import MARK_CENTRES
from roundcode.pose import sample

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Polar:
    """Circles of points around the centre, and how the first mark looks there at each of `turns` rotations. The second
    mark is a quarter turn ahead, the third a quarter turn back. On a bent or leaning code a mark may be off by up to
    `near` of these turns to either side."""

    x: Floats
    y: Floats
    turns: int
    near: int
    kernel: Floats
    """(points, 2 * turns): for each turn the correlation with the mark, then the mean over the mark's area."""
    mean_kernel: Floats


@cache
def _polar(turns: int, radii: tuple[float, ...], near: int) -> Polar:
    angles = np.arange(turns) * 2 * np.pi / turns
    circle = np.array(radii)[:, None]
    x, y = (circle * np.cos(angles)).astype(np.float32), (circle * np.sin(angles)).astype(np.float32)
    mx, my = MARK_CENTRES[0]
    mask = np.hypot(x - mx, y - my) < template.MARK_SPAN
    value = template.look_up(template.drawn(0.03), x, y)
    value = np.where(mask, value - value[mask].mean(), 0) / (value[mask].std() * mask.sum())

    def turned(picture: Floats) -> Floats:
        return np.stack([np.roll(picture, turn, 1).ravel() for turn in range(turns)], 1).astype(np.float32)

    mean = turned(mask / mask.sum())
    return Polar(x.ravel(), y.ravel(), turns, near, np.concatenate([turned(value), mean], 1), mean)


def glance() -> Polar:
    """Few points: a fifth of the work of `closer`."""
    return _polar(60, (0.72, 0.80, 0.88, 0.96), 1)


def closer() -> Polar:
    """Many points: decides."""
    return _polar(120, (0.67, 0.72, 0.775, 0.83, 0.885, 0.94, 0.99), 2)


def marks_shown(seen: Floats, polar: Polar) -> tuple[Floats, npt.NDArray[np.int64]]:
    """From the brightness at the points of `polar` under n maps, (n, points): the score of each map and its best turn. The
    score is the correlation with the marks; the least visible one has half the weight."""
    seen = seen - seen.mean(1, keepdims=True)
    products = seen @ polar.kernel
    dot, mean = products[:, : polar.turns], products[:, polar.turns :]
    square = (seen * seen) @ polar.mean_kernel
    # ink is dark: brightness falls where the template rises
    one = -dot / np.sqrt(np.maximum(square - mean * mean, 1.0))
    near = one
    for shift in range(1, polar.near + 1):
        near = np.maximum(near, np.maximum(np.roll(one, shift, 1), np.roll(one, -shift, 1)))
    score = _together(near)
    best = (score + _together(one)).argmax(1)
    return score[np.arange(len(best)), best], best


def _together(one: Floats) -> Floats:
    """From one mark's agreement by turn to that of all three, of which one may be covered."""
    quarter = one.shape[1] // 4
    on, back = np.roll(one, -quarter, 1), np.roll(one, quarter, 1)
    faintest = np.minimum(np.minimum(one, on), back)
    return np.float32(0.4) * (one + on + back) - np.float32(0.2) * faintest  # type: ignore[no-any-return]


def turned_by(maps: Matrix, turns: npt.NDArray[np.int64], polar: Polar) -> Matrix:
    """The maps (n, 3, 3), each rotated by its number of `polar`'s turns."""
    angle = turns * 2 * np.pi / polar.turns
    turn = np.zeros((len(maps), 3, 3))
    turn[:, 0, 0] = turn[:, 1, 1] = np.cos(angle)
    turn[:, 1, 0] = np.sin(angle)
    turn[:, 0, 1] = -turn[:, 1, 0]
    turn[:, 2, 2] = 1
    return maps @ turn


def seen_under(maps: Matrix, polar: Polar, level: Floats, scale: float) -> Floats:
    """The brightness of `level` (the picture scaled down by `scale`) at the points of `polar` under each map."""
    return sample(level, maps, polar.x, polar.y, scale)
