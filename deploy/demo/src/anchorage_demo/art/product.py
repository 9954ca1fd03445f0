"""Product pictures."""

from anchorage_demo.art.backdrop import STAGES, podium, wall_colour
from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.choice import choose
from anchorage_demo.art.motifs import MOTIFS, Tint
from anchorage_demo.world import Picture, Product

ON_THE_WALL = frozenset({"air_conditioner", "ceiling_lamp", "pendant_lamp", "smart_lock", "string_lights"})
"""Motifs that hang: nothing may stand under them."""


def draw_product(product: Product, picture: Picture | None = None) -> bytes:
    """A square SVG of the product in the colour of `picture` (by default its first) on a small stage."""
    colour = (picture or product.pictures[0]).colour
    canvas = Canvas(400, 400)
    stages = [stage for stage in STAGES if stage is not podium or product.art not in ON_THE_WALL]
    choose(stages, product.product_id)(canvas, wall_colour(product.backdrop, product.accent, colour))
    place_motif(canvas, product, colour, x=200, ground=342, scale=0.94)
    return canvas.svg()


def place_motif(
    canvas: Canvas, product: Product, colour: str, *, x: float, ground: float, scale: float
) -> None:
    """Stand the product's motif on `ground`, centred at `x`; at scale 1 it is some 250 high."""
    with canvas.moved(f"translate({x:g} {ground:g}) scale({scale:g}) translate(-200 -330)"):
        MOTIFS[product.art](canvas, Tint(colour, product.accent))
