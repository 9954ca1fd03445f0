"""The marks of the mini programs: flat shapes that an SVG and a bitmap show alike.

A mark is drawn in a 100 x 100 square. It needs no more than filled outlines, so both forms come from one list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

Point = tuple[float, float]
WHITE = "#ffffff"


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled outline."""

    fill: str
    outline: tuple[Point, ...]


Mark = Callable[[str], list[Shape]]
"""The shapes of a mark on a ground of the given brand colour, back to front."""


def disc(fill: str, x: float, y: float, radius: float, height: float | None = None) -> Shape:
    """An ellipse; a circle when no `height` (vertical radius) is given."""
    tall = radius if height is None else height
    return Shape(fill, tuple((x + radius * cos(a), y + tall * sin(a)) for a in _turn(96)))


def soft(fill: str, *corners: Point, steps: int = 12) -> Shape:
    """A closed curve that runs smoothly through all `corners` (Catmull-Rom)."""
    count = len(corners)
    points = [
        _between(corners[i - 1], corners[i], corners[(i + 1) % count], corners[(i + 2) % count], step / steps)
        for i in range(count)
        for step in range(steps)
    ]
    return Shape(fill, tuple(points))


def sharp(fill: str, *corners: Point) -> Shape:
    """A polygon."""
    return Shape(fill, corners)


def star(fill: str, x: float, y: float, radius: float) -> Shape:
    """A five-pointed star, one point up."""
    spikes = [(radius if i % 2 == 0 else radius * 0.45, i * pi / 5 - pi / 2) for i in range(10)]
    return Shape(fill, tuple((x + r * cos(a), y + r * sin(a)) for r, a in spikes))


def crescent(fill: str, x: float, y: float, radius: float) -> Shape:
    """A moon open to the upper right: one long arc, and back along a flatter one through the same tips."""
    outer = [(x + radius * cos(a), y + radius * sin(a)) for a in _arc(0.15 * pi, 1.35 * pi)]
    (start_x, start_y), (end_x, end_y) = outer[0], outer[-1]
    middle_x, middle_y = (start_x + end_x) / 2, (start_y + end_y) / 2
    sag_x, sag_y = (x - middle_x) * 1.6, (y - middle_y) * 1.6
    inner = [
        (end_x + (start_x - end_x) * t + sag_x * bow, end_y + (start_y - end_y) * t + sag_y * bow)
        for t, bow in ((step / 24, sin(pi * step / 24)) for step in range(1, 24))
    ]
    return Shape(fill, (*outer, *inner))


def cloud_and_chestnut(ground: str) -> list[Shape]:
    return [
        soft(
            "#7a4428",
            (50, 12),
            (58, 22),
            (72, 34),
            (76, 50),
            (67, 64),
            (50, 67),
            (33, 64),
            (24, 50),
            (28, 34),
            (42, 22),
        ),
        soft("#a3633d", (50, 15), (54, 28), (52, 48), (45, 60), (34, 58), (28, 48), (32, 35), (43, 24)),
        soft("#f3d9b4", (30, 55), (50, 51), (70, 55), (64, 66), (50, 68), (36, 66)),
        disc(WHITE, 25, 74, 12),
        disc(WHITE, 42, 69, 14),
        disc(WHITE, 61, 71, 13),
        disc(WHITE, 77, 76, 10),
        soft(WHITE, (15, 78), (50, 74), (85, 79), (82, 86), (50, 86.5), (18, 86)),
    ]


def camel_bell(ground: str) -> list[Shape]:
    gold, deep = "#ffd27a", "#e09a2f"
    return [
        disc(gold, 50, 21, 10),
        disc(ground, 50, 21, 5),
        disc(deep, 50, 78, 8),
        soft(
            gold,
            (50, 26),
            (63, 31),
            (68, 46),
            (71, 60),
            (79, 70),
            (50, 75),
            (21, 70),
            (29, 60),
            (32, 46),
            (37, 31),
        ),
        soft("#fff0cb", (42, 34), (46, 35), (42, 48), (39, 62), (34, 62), (37, 47)),
        soft(deep, (22, 68), (50, 72), (78, 68), (79, 72), (50, 77), (21, 72)),
        disc("#ffe7b5", 50, 52, 5),
    ]


def moon_in_a_glass(ground: str) -> list[Shape]:
    return [
        crescent("#f7d48b", 73, 27, 14),
        sharp(
            WHITE, (27, 24), (61, 24), (63, 36), (60, 47), (53, 55), (44, 58), (35, 55), (28, 47), (25, 36)
        ),
        soft("#e2647c", (29, 37), (44, 40), (59, 35), (58, 44), (52, 51.5), (44, 54), (36, 51.5), (30, 45)),
        sharp(WHITE, (42.4, 56), (45.6, 56), (46, 81), (42, 81)),
        soft(WHITE, (28, 82), (44, 78.5), (60, 82), (44, 85.5)),
    ]


def three_fruits(ground: str) -> list[Shape]:
    return [
        disc("#f25f5c", 30, 60, 17),
        disc("#ffd166", 70, 60, 17),
        disc("#ff9a4d", 50, 42, 18),
        soft("#2f7d4b", (50, 26), (60, 13), (70, 13), (63, 23)),
        disc("#ff9793", 24, 54, 4.5),
        disc("#ffe7a8", 64, 54, 4.5),
        disc("#ffc491", 43, 35, 5),
    ]


def star_boat(ground: str) -> list[Shape]:
    return [
        star("#ffe08a", 64, 26, 12),
        star("#cdd6ff", 24, 34, 6),
        sharp(WHITE, (48, 24), (48, 58), (26, 58)),
        sharp("#cdd6ff", (52, 34), (52, 58), (70, 58)),
        soft("#ffd166", (16, 62), (50, 66), (84, 62), (70, 80), (50, 83), (30, 80)),
    ]


def linked_words(ground: str) -> list[Shape]:
    return [
        soft(
            WHITE,
            (18, 22),
            (40, 17),
            (62, 22),
            (64, 40),
            (58, 54),
            (40, 57),
            (26, 56),
            (17, 62),
            (20, 48),
            (15, 38),
        ),
        soft(
            "#ffe3b8",
            (44, 48),
            (62, 43),
            (82, 47),
            (85, 62),
            (80, 74),
            (83, 84),
            (72, 78),
            (56, 79),
            (43, 74),
            (40, 60),
        ),
        *(disc(ground, x, 38, 4) for x in (28, 40, 52)),
        *(disc(ground, x, 61, 4) for x in (52, 63, 74)),
    ]


def cat_face(ground: str) -> list[Shape]:
    ink = "#3a2b45"
    return [
        sharp(WHITE, (22, 18), (46, 36), (22, 54)),
        sharp(WHITE, (78, 18), (54, 36), (78, 54)),
        soft(WHITE, (50, 32), (72, 36), (82, 54), (74, 74), (50, 81), (26, 74), (18, 54), (28, 36)),
        disc(ink, 37, 54, 5, 6.5),
        disc(ink, 63, 54, 5, 6.5),
        soft("#f08a9b", (45, 63), (50, 62), (55, 63), (50, 68)),
        disc("#f7c0c9", 28, 65, 5, 3.5),
        disc("#f7c0c9", 72, 65, 5, 3.5),
    ]


def _turn(steps: int) -> Sequence[float]:
    return [2 * pi * step / steps for step in range(steps)]


def _arc(start: float, end: float, steps: int = 48) -> Sequence[float]:
    return [start + (end - start) * step / steps for step in range(steps + 1)]


def _between(before: Point, start: Point, end: Point, after: Point, share: float) -> Point:
    def along(axis: int) -> float:
        p0, p1, p2, p3 = before[axis], start[axis], end[axis], after[axis]
        return 0.5 * (
            2 * p1
            + (p2 - p0) * share
            + (2 * p0 - 5 * p1 + 4 * p2 - p3) * share**2
            + (3 * p1 - p0 - 3 * p2 + p3) * share**3
        )

    return along(0), along(1)
