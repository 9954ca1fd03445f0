"""What can go wrong with a photograph, by factor and level 0..5."""

from dataclasses import dataclass, replace

import numpy as np

CLEAN_WIDTH = 200.0
MIXED_WIDTH = 400.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """How one photograph is taken. Lengths are pixels of a 1280x720 frame, shares are of the code's width."""

    width: float = CLEAN_WIDTH
    tilt: float = 0.0
    blur: float = 0.0
    motion: float = 0.0
    noise: float = 0.0
    jpeg: float = 95.0
    exposure: float = 1.0
    glare: float = 0.0
    occlusion: float = 0.0
    curve: float = 0.0
    clutter: float = 0.0
    card_margin: float = 0.14
    screen: float = 0.0


LEVELS: dict[str, dict[str, tuple[float, ...]]] = {
    "clean": {},
    "tilt": {"tilt": (0, 15, 26, 38, 49, 60)},
    "scale": {"width": (CLEAN_WIDTH, 200, 140, 105, 80, 60)},
    "blur": {"blur": (0, 1.2, 1.8, 2.5, 3.3, 4.2)},
    "motion": {"motion": (0, 5, 9, 14, 19, 24)},
    "noise": {"noise": (0, 8, 16, 26, 38, 52)},
    "jpeg": {"jpeg": (95, 75, 55, 40, 28, 20)},
    "lowlight": {"exposure": (1, 0.55, 0.35, 0.2, 0.12, 0.06)},
    "glare": {"glare": (0, 0.14, 0.20, 0.27, 0.33, 0.40)},
    "occlusion": {"occlusion": (0, 0.03, 0.06, 0.10, 0.15, 0.20)},
    "curve": {"curve": (0, 30, 54, 78, 98, 116)},
    "clutter": {
        "clutter": (0, 0.25, 0.45, 0.65, 0.85, 1),
        "card_margin": (0.14, 0.14, 0.12, 0.10, 0.08, 0.06),
    },
    "screen": {"screen": (0, 0.2, 0.35, 0.5, 0.65, 0.8)},
}
"""Each factor's fields at level 0 (absent), 1, ... 5; values between levels are interpolated."""

ALWAYS_MIXED = ("tilt", "scale", "blur", "noise", "jpeg", "clutter")
SOMETIMES_MIXED = ("motion", "lowlight", "glare", "occlusion", "curve", "screen")
SOMETIMES = 0.35


def single(factor: str, level: float) -> Conditions:
    """One factor at `level`, all else as good as it gets."""
    return replace(Conditions(), **_at(factor, level))


def mixed(level: float, rng: np.random.Generator) -> Conditions:
    """Six factors at a level drawn from 0..`level`, six more each with a chance of 0.35."""
    chosen = [f for f in SOMETIMES_MIXED if rng.random() < SOMETIMES]
    fields: dict[str, float] = {}
    for factor in (*ALWAYS_MIXED, *chosen):
        fields |= _at(factor, rng.uniform(0, level), from_width=MIXED_WIDTH)
    return replace(Conditions(), **fields)


def _at(factor: str, level: float, from_width: float = CLEAN_WIDTH) -> dict[str, float]:
    tables = dict(LEVELS[factor])
    if "width" in tables:
        tables["width"] = (from_width, *tables["width"][1:])
    return {field: float(np.interp(level, range(6), values)) for field, values in tables.items()}
