"""The colours that a motif is drawn in, and the shape of a motif."""

from collections.abc import Callable
from dataclasses import dataclass

from anchorage_demo.art.canvas import Canvas


@dataclass(frozen=True, slots=True)
class Tint:
    """`main` is the colour that the buyer chooses; `accent` belongs to the category."""

    main: str
    accent: str


Motif = Callable[[Canvas, Tint], None]
"""Draws one object in a 400 x 400 box, standing on the ground at y = 330 around x = 200."""

INK = "#2b2d31"
STEEL = "#b9bec4"
PAPER = "#f6f3ec"
WOOD = "#c89b6c"
GOLD = "#d0a65a"
