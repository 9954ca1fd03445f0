"""Moves a placement until the picture fits the code's own dots, also on a bent surface, from the middle outwards."""

from dataclasses import dataclass

import numpy as np

from sharecode.roundcode.cellvalues import CellLevels, cell_levels, unblurred_levels
from sharecode.roundcode.expected import Blur, model
from sharecode.roundcode.geometry import Layout
from sharecode.roundcode.placement import Floats, Matrix, Placement, terms

REACHES = (0.58, 0.66, 0.75, 0.84, 0.93, 1.1, 1.1)
"""How far out the dots are trusted, round by round; the three marks count from the first."""
STIFFNESS = np.array([0.02] * 3 + [0.025] * 3 + [0.05] * 4)
"""How much a bend is held back, by the degree of its terms."""
STIFF, SUPPLE, SOFT = 16.0, 1.0, 0.25
"""Times the above: for a blurred code, whose dots tell little; for paper; for cans and bottles."""


@dataclass(frozen=True, slots=True)
class Bent:
    """A `placement` with its bend; for each cell how well the picture round it agrees with the model, 0..1, which is
    little under a finger; and the share of the picture's changes that the model explains: little where no code is."""

    placement: Placement
    agreement: Floats
    explained: float


def bent(
    start: Placement,
    held: Matrix | None,
    level: Floats,
    scale: float,
    layout: Layout,
    blur: Blur,
    stiffness: float,
) -> Bent:
    """`start`, bent no farther from `held` than its `stiffness` lets it, with the bend under which the dots, as they are read on the way, fit best (Gauss-Newton)."""
    m = model(layout, blur)
    radius = np.hypot(m.x, m.y)
    basis = terms(m.x, m.y)
    marks = m.fixed > 0.05
    bend = np.zeros((10, 2)) if start.bend is None else start.bend
    held = np.zeros((10, 2)) if held is None else held
    for reach in REACHES:
        placement = Placement(start.matrix, bend)
        values = cell_levels(placement, level, scale, layout)
        darkness, trust = _darkness(placement.seen(level, m.x, m.y, scale), values, m.nearest)
        clear = values if blur.along < 0.05 else unblurred_levels(placement, level, scale, layout, blur)
        dark = np.clip(0.5 + clear.belief / np.maximum(clear.contrast, 1e-3), 0, 1)
        error = darkness - m.fixed - m.spots @ dark
        slope_x = m.fixed_slope_x + m.spots_slope_x @ dark
        slope_y = m.fixed_slope_y + m.spots_slope_y @ dark
        weight = trust * ((radius < reach) | marks)
        jacobian = np.concatenate([basis * slope_x[:, None], basis * slope_y[:, None]], 1)
        bend = moved(bend, held, jacobian, error, weight, stiffness)
    cells = len(values.belief)
    count = np.maximum(np.bincount(m.nearest, minlength=cells), 1)
    strange = np.sqrt(np.bincount(m.nearest, error * error, minlength=cells) / count)
    agreement = 1 / (1 + (strange / max(1.6 * float(np.median(strange)), 0.1)) ** 4)
    spread = darkness - np.average(darkness, weights=trust + 1e-6)
    explained = 1 - float((error * error) @ trust / max(float((spread * spread) @ trust), 1e-6))
    return Bent(Placement(start.matrix, bend), agreement.astype(np.float32), explained)


def moved(
    bend: Matrix, held: Matrix, jacobian: Floats, error: Floats, weight: Floats, stiffness: float
) -> Matrix:
    """`bend` after one step (Gauss-Newton, Huber's weights) which makes `error` less; held to the bend `held`."""
    limit = 1.5 * np.median(np.abs(error)) + 1e-6
    weighted = jacobian * (weight * np.minimum(1, limit / np.maximum(np.abs(error), 1e-9)))[:, None]
    normal = (weighted.T @ jacobian).astype(np.float64)
    stiff = np.tile(stiffness * STIFFNESS, 2) * np.diag(normal).mean()
    normal[np.diag_indices(20)] += stiff
    right = weighted.T @ error + stiff * (bend - held).T.ravel()
    return bend - np.linalg.solve(normal, right).reshape(2, 10).T  # type: ignore[no-any-return]


def _darkness(seen: Floats, values: CellLevels, nearest: np.ndarray) -> tuple[Floats, Floats]:  # type: ignore[type-arg]
    """Brightness as darkness 0..1 by the levels near each point, and how far that can be trusted."""
    contrast = values.contrast[nearest]
    trust = np.minimum(1, contrast / max(float(np.median(values.contrast)), 1e-3)) ** 2
    darkness = (values.high[nearest] - seen) / np.maximum(contrast, 1.0)
    return np.clip(darkness, -0.5, 1.5), trust
