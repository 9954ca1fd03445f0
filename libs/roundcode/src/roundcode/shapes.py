"""The ink of a code as a few kinds of shape, for SVG and PNG alike."""

from dataclasses import dataclass
from math import cos, pi, sin

from roundcode.geometry import (
    INK_ALONG,
    LOGO_RADIUS,
    LOGO_RING_INNER,
    LOGO_RING_OUTER,
    MARK_CENTRES,
    MARK_DOT,
    MARK_RADIUS,
    MARK_RING_INNER,
    Cell,
    Layout,
    cells,
)
from roundcode.payload import Cells


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar along a ray with round ends; it may widen outwards."""

    angle: float
    inner: float
    outer: float
    inner_half_width: float
    outer_half_width: float

    def at(self, along: float, across: float) -> tuple[float, float]:
        """The point `along` the ray and `across` it, as x and y."""
        c, s = cos(self.angle), sin(self.angle)
        return along * c - across * s, along * s + across * c


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring, or a disc when `inner` is 0."""

    x: float
    y: float
    outer: float
    inner: float = 0.0


def bars(dark: Cells, layout: Layout) -> list[Bar]:
    """The dark cells as bars: neighbours along a ray of one zone are joined."""
    runs: dict[tuple[int, int], list[list[Cell]]] = {}
    for cell in sorted((c for c, on in zip(cells(layout), dark, strict=True) if on), key=lambda c: c.ring):
        of_ray = runs.setdefault((cell.zone, cell.ray), [])
        if of_ray and of_ray[-1][-1].ring == cell.ring - 1:
            of_ray[-1].append(cell)
        else:
            of_ray.append([cell])
    return [_bar(run[0], run[-1], layout) for of_ray in runs.values() for run in of_ray]


def _bar(first: Cell, last: Cell, layout: Layout) -> Bar:
    reach = INK_ALONG * layout.pitch
    return Bar(
        angle=first.angle,
        inner=first.radius - reach + first.half_width,
        outer=last.radius + reach - last.half_width,
        inner_half_width=first.half_width,
        outer_half_width=last.half_width,
    )


def rings() -> list[Ring]:
    """The logo's ring and the three marks."""
    marks = [
        ring
        for x, y in MARK_CENTRES
        for ring in (Ring(x, y, MARK_RADIUS, MARK_RING_INNER), Ring(x, y, MARK_DOT))
    ]
    return [Ring(0, 0, LOGO_RING_OUTER, LOGO_RING_INNER), *marks]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of the anchor: points of a polyline with round ends."""

    points: tuple[tuple[float, float], ...]
    width: float


def anchor() -> tuple[list[Ring], list[Stroke]]:
    """The anchor in the middle of a code without a logo: well within `LOGO_RADIUS`, because the white around
    it separates the ring in a blurred picture."""
    scale = LOGO_RADIUS * 0.7
    width = 0.19 * scale
    turns = [pi * (0.06 + 0.88 * k / 24) for k in range(25)]
    arms = tuple((0.74 * scale * cos(t), scale * (0.08 + 0.76 * sin(t))) for t in turns)
    eye = Ring(0, -0.74 * scale, 0.27 * scale, 0.27 * scale - width)
    strokes = [
        Stroke(((0, -0.48 * scale), (0, 0.84 * scale)), width),
        Stroke(((-0.36 * scale, -0.2 * scale), (0.36 * scale, -0.2 * scale)), width),
        Stroke(arms, width),
        *(Stroke(_fluke(*end, scale), width) for end in (arms[0], arms[-1])),
    ]
    return [eye], strokes


def _fluke(x: float, y: float, scale: float) -> tuple[tuple[float, float], ...]:
    """The hook at an arm's end."""
    out = scale if x > 0 else -scale
    return (
        (x - 0.24 * out, y + 0.1 * scale),
        (x + 0.02 * out, y - 0.1 * scale),
        (x + 0.14 * out, y + 0.2 * scale),
    )
