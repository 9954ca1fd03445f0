"""The little stages that products are photographed on."""

from collections.abc import Callable

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter, luminance, mix

Stage = Callable[[Canvas, str], None]
"""Draws a 400 x 400 background in shades of one colour, with the ground meeting the wall near y = 290."""


def wall_colour(backdrop: str, accent: str, main: str) -> str:
    """The stage's colour: deeper behind a bright product, so that a white kettle does not vanish."""
    return mix(backdrop, accent, 0.26 if luminance(main) > 0.72 else 0.07)


def arch(c: Canvas, colour: str) -> None:
    _room(c, colour)
    c.path("M92 292 V170 A108 108 0 0 1 308 170 V292 Z", c.fade(lighter(colour, 0.55), lighter(colour, 0.25)))


def sun(c: Canvas, colour: str) -> None:
    _room(c, colour)
    c.circle(200, 184, 138, c.fade(lighter(colour, 0.6), lighter(colour, 0.12)))


def podium(c: Canvas, colour: str) -> None:
    _room(c, colour)
    c.ellipse(200, 402, 190, 26, c.glow("#1d1712", 0.25))
    c.rect(32, 336, 336, 80, 0, c.cylinder(lighter(colour, 0.22)))
    c.ellipse(200, 336, 168, 30, c.fade(lighter(colour, 0.7), lighter(colour, 0.4)))


def window(c: Canvas, colour: str) -> None:
    _room(c, colour)
    for x in (60, 150):
        c.path(f"M{x} 0 H{x + 66} L{x + 206} 292 H{x + 140} Z", "#ffffff", opacity=0.3)
        c.path(f"M{x + 140} 292 H{x + 206} L{x + 250} 400 H{x + 170} Z", "#ffffff", opacity=0.22)


def steps(c: Canvas, colour: str) -> None:
    _room(c, colour)
    c.rect(28, 120, 130, 190, 65, c.fade(lighter(colour, 0.45), lighter(colour, 0.1)))
    c.rect(236, 64, 136, 246, 68, c.fade(lighter(colour, 0.6), lighter(colour, 0.15)))
    c.path("M0 290 H400 V302 H0 Z", darker(colour, 0.06), opacity=0.5)


STAGES: tuple[Stage, ...] = (arch, sun, podium, window, steps)


def _room(c: Canvas, colour: str) -> None:
    c.rect(0, 0, 400, 400, 0, c.fade(lighter(colour, 0.32), colour))
    c.rect(0, 290, 400, 110, 0, c.fade(darker(colour, 0.07), lighter(colour, 0.2)))
