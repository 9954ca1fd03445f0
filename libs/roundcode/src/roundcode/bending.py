"""Fits a placement to the code's own dots, also on a bent surface, from the middle outwards."""

from dataclasses import dataclass

import numpy as np

from roundcode.cellvalues import CellLevels, cell_levels, unblurred_levels
from roundcode.expected import Blur, model
from roundcode.geometry import Layout
from roundcode.placement import Floats, Matrix, Placement, terms

REACHES = (0.58, 0.66, 0.75, 0.84, 0.93, 1.1, 1.1)
"""How far out the dots are trusted, round by round. The three marks count from the first round."""
STIFFNESS = np.array([0.02] * 3 + [0.025] * 3 + [0.05] * 4)
"""How much a bend is damped, by the degree of its terms."""
STIFF, SUPPLE, SOFT = 16.0, 1.0, 0.25
"""Factors for the above: for a blurred code, whose dots say little; for paper; for cans and bottles."""


@dataclass(frozen=True, slots=True)
class Bent:
    """A `placement` with its bend; for each cell how well the picture around it agrees with the model, 0..1 (low under a
    finger); and the share of the picture's variation that the model explains (low where there is no code)."""

    placement: Placement
    agreement: Floats
    explained: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture under a placement compared with the model of the cells read so far: for each point the `error`, the
    `darkness` and its `trust`; for each cell how dark it is assumed to be."""

    error: Floats
    darkness: Floats
    trust: Floats
    dark: Floats

    @property
    def explained(self) -> float:
        spread = self.darkness - np.average(self.darkness, weights=self.trust + 1e-6)
        return 1 - float((self.error**2) @ self.trust / max(float((spread * spread) @ self.trust), 1e-6))


def explained(placement: Placement, level: Floats, scale: float, layout: Layout, blur: Blur) -> float:
    """The share of the picture's variation at `placement` that a code's dots explain: at most a seventh without a code."""
    return _seen(placement, level, scale, layout, blur).explained


def bent(
    start: Placement,
    held: Matrix | None,
    level: Floats,
    scale: float,
    layout: Layout,
    blur: Blur,
    stiffness: float,
) -> Bent:
    """`start` with the bend under which the dots fit best (Gauss-Newton). `stiffness` holds the bend close to `held`."""
    m = model(layout, blur)
    radius = np.hypot(m.x, m.y)
    basis = terms(m.x, m.y)
    marks = m.fixed > 0.05
    bend = np.zeros((10, 2)) if start.bend is None else start.bend
    held = np.zeros((10, 2)) if held is None else held
    for reach in REACHES:
        seen = _seen(Placement(start.matrix, bend), level, scale, layout, blur)
        slope_x = m.fixed_slope_x + m.spots_slope_x @ seen.dark
        slope_y = m.fixed_slope_y + m.spots_slope_y @ seen.dark
        jacobian = np.concatenate([basis * slope_x[:, None], basis * slope_y[:, None]], 1)
        weight = seen.trust * ((radius < reach) | marks)
        bend = moved(bend, held, jacobian, seen.error, weight, stiffness)
    count = np.maximum(np.bincount(m.nearest, minlength=len(seen.dark)), 1)
    strange = np.sqrt(np.bincount(m.nearest, seen.error**2, minlength=len(seen.dark)) / count)
    agreement = 1 / (1 + (strange / max(1.6 * float(np.median(strange)), 0.1)) ** 4)
    return Bent(Placement(start.matrix, bend), agreement.astype(np.float32), seen.explained)


def _seen(placement: Placement, level: Floats, scale: float, layout: Layout, blur: Blur) -> _Seen:
    m = model(layout, blur)
    values = cell_levels(placement, level, scale, layout)
    darkness, trust = _darkness(placement.seen(level, m.x, m.y, scale), values, m.nearest)
    clear = values if blur.along < 0.05 else unblurred_levels(placement, level, scale, layout, blur)
    dark = np.clip(0.5 + clear.belief / np.maximum(clear.contrast, 1e-3), 0, 1)
    return _Seen(darkness - m.fixed - m.spots @ dark, darkness, trust, dark)


def moved(
    bend: Matrix, held: Matrix, jacobian: Floats, error: Floats, weight: Floats, stiffness: float
) -> Matrix:
    """`bend` after one step that reduces `error` (Gauss-Newton, Huber's weights), held close to `held`."""
    limit = 1.5 * np.median(np.abs(error)) + 1e-6
    weighted = jacobian * (weight * np.minimum(1, limit / np.maximum(np.abs(error), 1e-9)))[:, None]
    normal = (weighted.T @ jacobian).astype(np.float64)
    stiff = np.tile(stiffness * STIFFNESS, 2) * np.diag(normal).mean()
    normal[np.diag_indices(20)] += stiff
    right = weighted.T @ error + stiff * (bend - held).T.ravel()
    return bend - np.linalg.solve(normal, right).reshape(2, 10).T  # type: ignore[no-any-return]


def _darkness(seen: Floats, values: CellLevels, nearest: np.ndarray) -> tuple[Floats, Floats]:  # type: ignore[type-arg]
    """Brightness as darkness 0..1 by the levels near each point, and its trust, 0..1."""
    contrast = values.contrast[nearest]
    trust = np.minimum(1, contrast / max(float(np.median(values.contrast)), 1e-3)) ** 2
    darkness = (values.high[nearest] - seen) / np.maximum(contrast, 1.0)
    return np.clip(darkness, -0.5, 1.5), trust
