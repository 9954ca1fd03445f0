"""Logos of mini programs, as SVG and as PNG."""

from io import BytesIO

from PIL import Image, ImageDraw

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.mark import (
    Mark,
    camel_bell,
    cat_face,
    cloud_and_chestnut,
    linked_words,
    moon_in_a_glass,
    star_boat,
    three_fruits,
)
from anchorage_demo.art.platform_marks import deer, leaf_on_water
from anchorage_demo.world import MiniProgram

MARKS: dict[str, Mark] = {
    "cloud_and_chestnut": cloud_and_chestnut,
    "camel_bell": camel_bell,
    "moon_in_a_glass": moon_in_a_glass,
    "three_fruits": three_fruits,
    "star_boat": star_boat,
    "linked_words": linked_words,
    "cat_face": cat_face,
    "leaf_on_water": leaf_on_water,
    "deer": deer,
}
CORNER = 24
SUPERSAMPLING = 4


def draw_logo(mini_program: MiniProgram) -> bytes:
    """The logo as a square SVG with rounded corners."""
    canvas = Canvas(100, 100)
    ground = canvas.fade(lighter(mini_program.colour, 0.1), darker(mini_program.colour, 0.08))
    canvas.rect(0, 0, 100, 100, CORNER, ground)
    place_mark(canvas, mini_program)
    return canvas.svg()


def place_mark(canvas: Canvas, mini_program: MiniProgram) -> None:
    """The logo's mark alone, in the 100 x 100 square at the origin."""
    for shape in MARKS[mini_program.mark](mini_program.colour):
        outline = "L".join(f"{x:.4g} {y:.4g}" for x, y in shape.outline)
        canvas.path(f"M{outline}Z", shape.fill)


def draw_logo_png(mini_program: MiniProgram, size: int = 256) -> bytes:
    """The logo as a PNG of `size` pixels square, clear outside its rounded corners."""
    large = size * SUPERSAMPLING
    scale = large / 100
    image = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, large - 1, large - 1), CORNER * scale, mini_program.colour)
    for shape in MARKS[mini_program.mark](mini_program.colour):
        draw.polygon([(x * scale, y * scale) for x, y in shape.outline], fill=shape.fill)
    finished = BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(finished, "PNG", optimize=True)
    return finished.getvalue()
