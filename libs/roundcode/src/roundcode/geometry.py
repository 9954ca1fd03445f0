"""The geometry of the round code, in units of its radius, for drawing and for reading.

The centre is (0, 0), x points right, y points down, the outermost ink touches the unit circle. Angles run
clockwise from +x. `docs/round-code.md` has the same table in words.
"""

from dataclasses import dataclass
from functools import cache
from math import cos, hypot, pi, radians, sin

LOGO_RING_OUTER = 0.365
LOGO_RING_INNER = 0.300
LOGO_RADIUS = 0.262
LOGO_DRAWN = 0.23
"""Radius of a logo as we draw it. The white around it is as wide as the ring's line, so that a dark logo does not hide
the ring in a blurred picture."""

MARK_RADIUS = 0.17
MARK_RING_INNER = 0.112
MARK_DOT = 0.064
MARK_CENTRES = tuple(
    ((1 - MARK_RADIUS) * cos(radians(a)), (1 - MARK_RADIUS) * sin(radians(a))) for a in (225, 315, 135)
)
MARK_CLEARANCE = 0.06
"""A cell whose centre is closer than this to the edge of a mark is left out."""

INK_ALONG = 0.42
"""Half the length of a single cell's ink along its ray, in radial pitches."""
INK_ACROSS = 0.40
"""Half its width, in distances between neighbouring rays at that radius; at most its length."""

QUIET_RADIUS = 1.04
"""Radius of the white disc behind the code, and half the side of its picture."""


@dataclass(frozen=True, slots=True)
class Zone:
    """Neighbouring rings that share their rays, so that dark neighbours along a ray join into a bar."""

    rays: int
    rings: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of the data area: its zone, ring and ray, and its position."""

    zone: int
    ring: int
    ray: int
    radius: float
    angle: float
    half_width: float

    @property
    def x(self) -> float:
        return self.radius * cos(self.angle)

    @property
    def y(self) -> float:
        return self.radius * sin(self.angle)


@dataclass(frozen=True, slots=True)
class Layout:
    """One size of the code: `key_bytes` of key, a CRC-32, and Reed-Solomon parity up to `word_bytes`."""

    name: str
    key_bytes: int
    word_bytes: int
    pitch: float
    zones: tuple[Zone, ...]

    @property
    def data_bytes(self) -> int:
        return self.key_bytes + 4

    @property
    def parity_bytes(self) -> int:
        return self.word_bytes - self.data_bytes

    @property
    def ring_count(self) -> int:
        return sum(zone.rings for zone in self.zones)

    def ring_radius(self, ring: int) -> float:
        """Radius of the centres of a ring, from 0 (innermost) to `ring_count` - 1."""
        return 1 - INK_ALONG * self.pitch - (self.ring_count - 1 - ring) * self.pitch


SHORT = Layout("short", 16, 37, 0.086, (Zone(36, 2), Zone(48, 3), Zone(72, 2)))
LONG = Layout("long", 36, 74, 0.060, (Zone(48, 3), Zone(72, 3), Zone(96, 4)))
LAYOUTS = (SHORT, LONG)


@cache
def cells(layout: Layout) -> tuple[Cell, ...]:
    """All cells in the order of the word's bits: by zone, then ray, back and forth between its rings.

    The eight cells of a byte are neighbours, so that a finger or a reflection damages few bytes.
    """
    found: list[Cell] = []
    first_ring = 0
    for index, zone in enumerate(layout.zones):
        rings = list(range(first_ring, first_ring + zone.rings))
        for ray in range(zone.rays):
            for ring in rings if ray % 2 == 0 else reversed(rings):
                cell = _cell(layout, index, zone, ring, ray)
                if not _near_mark(cell):
                    found.append(cell)
        first_ring += zone.rings
    return tuple(found)


def _cell(layout: Layout, index: int, zone: Zone, ring: int, ray: int) -> Cell:
    radius = layout.ring_radius(ring)
    half_width = min(INK_ACROSS * 2 * pi * radius / zone.rays, INK_ALONG * layout.pitch)
    return Cell(index, ring, ray, radius, (ray + 0.5) * 2 * pi / zone.rays, half_width)


def _near_mark(cell: Cell) -> bool:
    limit = MARK_RADIUS + MARK_CLEARANCE
    return any(hypot(cell.x - x, cell.y - y) < limit for x, y in MARK_CENTRES)
