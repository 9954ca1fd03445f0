"""Store banners: the shop's colour, with some of its things on the right and room for words on the left."""

from collections.abc import Sequence

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.logo import place_mark
from anchorage_demo.art.product import place_motif
from anchorage_demo.world import MiniProgram, Product

WIDTH, HEIGHT = 1200, 480
STANDS = ((620, 352, 0.84), (1080, 352, 0.88), (780, 398, 0.98), (940, 410, 1.04))
"""Where the things in the window stand, back to front: x, ground, scale."""
RINGS = ((850, 200, 330, 0.14), (850, 200, 240, 0.16), (110, 460, 220, 0.1), (330, -40, 140, 0.08))
"""Pale discs behind everything: x, y, radius, opacity."""


def draw_banner(mini_program: MiniProgram, window: Sequence[Product] = ()) -> bytes:
    """A 1200 x 480 SVG with up to four products in the window; with none, as for a game, its mark."""
    canvas = Canvas(WIDTH, HEIGHT)
    colour = mini_program.colour
    canvas.rect(0, 0, WIDTH, HEIGHT, 0, canvas.fade(lighter(colour, 0.2), darker(colour, 0.1)))
    for x, y, radius, opacity in RINGS:
        canvas.circle(x, y, radius, "#ffffff", opacity=opacity)
    floor = canvas.fade(lighter(colour, 0.55), lighter(colour, 0.15))
    canvas.path(f"M430 {HEIGHT} Q540 312 860 312 T{WIDTH} 340 V{HEIGHT} Z", floor)
    for product, (x, ground, scale) in zip(window, STANDS, strict=False):
        place_motif(canvas, product, product.pictures[0].colour, x=x, ground=ground, scale=scale)
    if not window:
        with canvas.moved("translate(680 60) scale(3.4)"):
            place_mark(canvas, mini_program)
    return canvas.svg()
