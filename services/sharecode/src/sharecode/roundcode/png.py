"""A code as PNG: drawn four times too large as a stencil, made smaller, and inked in the line colour."""

import io
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import hypot
from pathlib import Path

from PIL import Image, ImageDraw

from sharecode.roundcode.caption import font_of, in_letters_of
from sharecode.roundcode.geometry import LOGO_DRAWN, QUIET_RADIUS, SHORT, Layout
from sharecode.roundcode.logo import round_logo
from sharecode.roundcode.look import Look
from sharecode.roundcode.payload import Cells
from sharecode.roundcode.shapes import Bar, Ring, Stroke, anchor, bars, rings

WHITE = (255, 255, 255)
CAPTION_SHARE, CAPTION_MIDDLE = 0.13, 0.555
"""Height of the strip under the code, of the width, and of its letters' middle, of the strip."""


def draw_png(dark: Cells, look: Look, layout: Layout = SHORT, *, font: Path | None = None) -> bytes:
    """The code as PNG bytes, `look.width` pixels wide and square; a caption adds a strip below.

    The caption is written in `font` (a TTF or OTF file), else in Pillow's own and Chinese in pinyin. The same cells
    and look always give the same bytes. Raises `BadLook` for a logo that is no picture.
    """
    look = replace(look, caption=in_letters_of(look.caption, font))
    ink = _ink(dark, look, layout, font)
    picture = _plain(ink, look) if look.logo is None and not look.transparent else _layered(ink, look)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _ink(dark: Cells, look: Look, layout: Layout, font: Path | None) -> Image.Image:
    """How much ink each pixel has, 0..255."""
    code = _stencil(dark, look.width, look.logo is None, layout)
    if not look.caption:
        return code
    ink = Image.new("L", (look.width, look.width + round(look.width * CAPTION_SHARE)))
    ink.paste(code, (0, 0))
    _write(ink, look.caption, look.width, font)
    return ink


def _plain(ink: Image.Image, look: Look) -> Image.Image:
    """Of one colour on white: a palette from white to the ink, a third of the bytes to pack."""
    picture = Image.frombytes("P", ink.size, ink.tobytes())
    picture.putpalette([round(255 + (part - 255) * n / 255) for n in range(256) for part in look.rgb])
    return picture


def _layered(ink: Image.Image, look: Look) -> Image.Image:
    picture = _ground(ink.width, ink.height, look)
    picture.paste(look.rgb, (0, 0), ink)
    if look.logo is not None:
        # Of the same evenness as the code's width, so that it lies in the very middle.
        side = round(look.width * LOGO_DRAWN / QUIET_RADIUS / 2) * 2 + look.width % 2
        corner = (look.width - side) // 2
        logo = round_logo(look.logo, side)
        picture.paste(logo, (corner, corner), logo)
    return picture


def _ground(width: int, height: int, look: Look) -> Image.Image:
    if not look.transparent:
        return Image.new("RGB", (width, height), WHITE)
    picture = Image.new("RGBA", (width, height), (*WHITE, 0))
    picture.paste((*WHITE, 255), (0, 0), _disc(width))
    if look.caption:
        strip = (0, round(width * 1.015), width, height)
        picture.paste((*WHITE, 255), strip[:2], _label(strip[2] - strip[0], strip[3] - strip[1]))
    return picture


def _label(width: int, height: int) -> Image.Image:
    large = Image.new("L", (width * 4, height * 4))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), height * 2 - 1, 255)
    return large.reduce(4)


@lru_cache(maxsize=8)
def _disc(width: int) -> Image.Image:
    large = Image.new("L", (width * 4, width * 4))
    ImageDraw.Draw(large).ellipse((0, 0, width * 4 - 1, width * 4 - 1), 255)
    return large.reduce(4)


def _stencil(dark: Cells, width: int, with_anchor: bool, layout: Layout) -> Image.Image:
    times = 4 if width <= 640 else 3
    pen = _Pen(width * times)
    for bar in bars(dark, layout):
        pen.bar(bar)
    for ring in rings():
        pen.ring(ring)
    if with_anchor:
        eyes, strokes = anchor()
        for ring in eyes:
            pen.ring(ring)
        for stroke in strokes:
            pen.stroke(stroke)
    return pen.image.reduce(times)


class _Pen:
    """Draws shapes given in code units on a square stencil (255 is ink)."""

    def __init__(self, side: int) -> None:
        self.image = Image.new("L", (side, side))
        self._draw = ImageDraw.Draw(self.image)
        self._scale = side / (2 * QUIET_RADIUS)
        # Pillow puts a pixel's centre on the whole number, so the middle of `side` pixels is half a pixel less.
        self._middle = (side - 1) / 2

    def _point(self, x: float, y: float) -> tuple[float, float]:
        return self._middle + x * self._scale, self._middle + y * self._scale

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        px, py = self._point(x, y)
        r = radius * self._scale
        self._draw.ellipse((px - r, py - r, px + r, py + r), ink)

    def ring(self, ring: Ring) -> None:
        self.disc(ring.x, ring.y, ring.outer)
        if ring.inner:
            self.disc(ring.x, ring.y, ring.inner, 0)

    def bar(self, bar: Bar) -> None:
        corners = [
            (bar.inner, -bar.inner_half_width),
            (bar.outer, -bar.outer_half_width),
            (bar.outer, bar.outer_half_width),
            (bar.inner, bar.inner_half_width),
        ]
        if bar.outer > bar.inner:
            self._draw.polygon([self._point(*bar.at(*corner)) for corner in corners], 255)
        self.disc(*bar.at(bar.inner, 0), bar.inner_half_width)
        self.disc(*bar.at(bar.outer, 0), bar.outer_half_width)

    def stroke(self, stroke: Stroke) -> None:
        half = stroke.width / 2
        for (x, y), (u, v) in pairwise(stroke.points):
            away = half / hypot(u - x, v - y)
            across, down = (y - v) * away, (u - x) * away
            corners = (
                (x + across, y + down),
                (u + across, v + down),
                (u - across, v - down),
                (x - across, y - down),
            )
            self._draw.polygon([self._point(*corner) for corner in corners], 255)
        for x, y in stroke.points:
            self.disc(x, y, half)


def _write(ink: Image.Image, caption: str, width: int, font: Path | None) -> None:
    strip = ink.height - width
    size = round(strip * 0.45)
    draw = ImageDraw.Draw(ink)
    while size > 8 and draw.textlength(caption, font_of(size, font)) > width * 0.94:
        size -= 1
    draw.text((width / 2, width + strip * CAPTION_MIDDLE), caption, 255, font_of(size, font), anchor="mm")
