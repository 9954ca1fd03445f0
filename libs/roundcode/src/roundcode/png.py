"""A code as PNG: drawn as a large stencil, scaled down, and coloured."""

import io
import zlib
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from math import cos, hypot, pi, sin
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from roundcode.caption import font_of, in_letters_of
from roundcode.geometry import LOGO_DRAWN, QUIET_RADIUS, SHORT, Layout
from roundcode.logo import round_logo
from roundcode.look import Look
from roundcode.payload import Cells
from roundcode.shapes import Bar, Ring, Stroke, anchor, bars, rings

Picture = npt.NDArray[np.uint8]
SMALL = 640
"""Up to this width the stencil is drawn four times as large. Above, it is drawn twice as large with smooth edges, in a
quarter of the time."""
Points = npt.NDArray[np.float64]
HALF_TURN: Points = np.array([(cos(t), sin(t)) for t in np.linspace(-pi / 2, pi / 2, 24)]).T
CAPTION_SHARE, CAPTION_MIDDLE = 0.13, 0.555
"""Height of the strip under the code as a share of the width; height of the letters' middle as a share of the strip."""


def draw_png(dark: Cells, look: Look, layout: Layout = SHORT, *, font: Path | None = None) -> bytes:
    """The code as PNG bytes, `look.width` pixels wide and square; a caption adds a strip below.

    The caption is written in `font` (a TTF or OTF file), by default in Pillow's own with Chinese as pinyin. The same
    cells and look always give the same bytes. Raises `BadLook` for a logo that is not a picture.
    """
    look = replace(look, caption=in_letters_of(look.caption, font))
    ink = _ink(dark, look, layout, font)
    return _plain(ink, look) if look.logo is None and not look.transparent else _layered(ink, look)


def _ink(dark: Cells, look: Look, layout: Layout, font: Path | None) -> Picture:
    """The ink of each pixel, 0..255."""
    code = _stencil(dark, look.width, look.logo is None, layout)
    return np.vstack([code, _written(look.caption, look.width, font)]) if look.caption else code


def _tones(look: Look) -> Picture:
    """The colours (256, 3) from white to the ink, red first."""
    share = np.arange(256)[:, None] / 255
    return np.rint(255 + (np.array(look.rgb) - 255) * share).astype(np.uint8)


def _plain(ink: Picture, look: Look) -> bytes:
    """One colour on white: with a palette, a third of the bytes to compress."""
    picture = Image.fromarray(ink)
    picture.putpalette(_tones(look).tobytes())
    out = io.BytesIO()
    # such a picture consists of runs: run-length encoding is smaller and faster than searching for repetitions
    picture.save(out, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return out.getvalue()


def _layered(ink: Picture, look: Look) -> bytes:
    """With a logo or a transparent background. OpenCV compresses colours three times as fast as Pillow."""
    picture = cv2.LUT(cv2.merge([ink, ink, ink]), np.ascontiguousarray(_tones(look)[:, ::-1])[:, None])
    if look.logo is not None:
        # odd or even like the code's width, so that it is exactly centred
        side = round(look.width * LOGO_DRAWN / QUIET_RADIUS / 2) * 2 + look.width % 2
        corner = (look.width - side) // 2
        logo = np.asarray(round_logo(look.logo, side))
        under = picture[corner : corner + side, corner : corner + side]
        share = logo[..., 3:] / np.float32(255)
        under[:] = np.rint(logo[..., 2::-1] * share + under * (1 - share))
    if look.transparent:
        picture = cv2.merge([*cv2.split(picture), _ground(look)])
    return cv2.imencode(".png", picture)[1].tobytes()


def _ground(look: Look) -> Picture:
    """Where the background is white: a disc under the code, and a label under the caption."""
    disc = _disc(look.width)
    if not look.caption:
        return disc
    strip, above = _strip(look.width), round(look.width * 0.015)
    return np.vstack([disc, np.zeros((above, look.width), np.uint8), _label(look.width, strip - above)])


def _strip(width: int) -> int:
    return round(width * CAPTION_SHARE)


@lru_cache(maxsize=8)
def _label(width: int, height: int) -> Picture:
    large = Image.new("L", (width * 4, height * 4))
    ImageDraw.Draw(large).rounded_rectangle((0, 0, width * 4 - 1, height * 4 - 1), height * 2 - 1, 255)
    return np.asarray(large.reduce(4))


@lru_cache(maxsize=8)
def _disc(width: int) -> Picture:
    large = Image.new("L", (width * 4, width * 4))
    ImageDraw.Draw(large).ellipse((0, 0, width * 4 - 1, width * 4 - 1), 255)
    return np.asarray(large.reduce(4))


def _stencil(dark: Cells, width: int, with_anchor: bool, layout: Layout) -> Picture:
    pen = _Pen(width * 4, cv2.LINE_8) if width <= SMALL else _Pen(width * 2, cv2.LINE_AA)
    pen.bars(bars(dark, layout))
    for ring in rings():
        pen.ring(ring)
    if with_anchor:
        eyes, strokes = anchor()
        for ring in eyes:
            pen.ring(ring)
        for stroke in strokes:
            pen.stroke(stroke)
    stencil = pen.canvas
    while len(stencil) > width:
        # halving twice takes a fifth of the time of one reduction to a quarter, with the same result
        half = len(stencil) // 2
        stencil = cv2.resize(stencil, (half, half), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    # sixteen tones make a smooth edge and compress to two thirds
    return stencil & 0xF0 | stencil >> 4


class _Pen:
    """Draws shapes given in code units on a square stencil (255 is ink)."""

    def __init__(self, side: int, edges: int) -> None:
        self.canvas: Picture = np.zeros((side, side), np.uint8)
        self._edges = edges
        self._scale = side / (2 * QUIET_RADIUS)
        # pixel centres have whole coordinates, so the middle of `side` pixels is half a pixel less
        self._middle = (side - 1) / 2

    def _exact(self, points: Points) -> npt.NDArray[np.int32]:
        """The points (..., 2) in sixteenths of a pixel, as OpenCV takes them with a shift of 4."""
        return np.rint((self._middle + points * self._scale) * 16).astype(np.int32)

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        at = self._exact(np.array([x, y])).tolist()
        cv2.circle(self.canvas, at, round(radius * self._scale * 16), ink, cv2.FILLED, self._edges, 4)

    def ring(self, ring: Ring) -> None:
        self.disc(ring.x, ring.y, ring.outer)
        if ring.inner:
            self.disc(ring.x, ring.y, ring.inner, 0)

    def bars(self, drawn: list[Bar]) -> None:
        """Each as one outline: around the outer end, and back around the inner one."""
        parts = [(b.angle, b.inner, b.outer, b.inner_half_width, b.outer_half_width) for b in drawn]
        angle, inner, outer, narrow, wide = np.array(parts).reshape(-1, 5).T[:, :, None]
        along = np.concatenate([outer + wide * HALF_TURN[0], inner - narrow * HALF_TURN[0]], 1)
        across = np.concatenate([wide * HALF_TURN[1], -narrow * HALF_TURN[1]], 1)
        cos, sin = np.cos(angle), np.sin(angle)
        outlines = np.stack([along * cos - across * sin, along * sin + across * cos], 2)
        for outline in self._exact(outlines):
            cv2.fillPoly(self.canvas, [outline], (255,), self._edges, 4)

    def stroke(self, stroke: Stroke) -> None:
        half = stroke.width / 2
        for (x, y), (u, v) in pairwise(stroke.points):
            away = half / hypot(u - x, v - y)
            across, down = (y - v) * away, (u - x) * away
            corners = [
                (x + across, y + down),
                (u + across, v + down),
                (u - across, v - down),
                (x - across, y - down),
            ]
            cv2.fillPoly(self.canvas, [self._exact(np.array(corners))], (255,), self._edges, 4)
        for x, y in stroke.points:
            self.disc(x, y, half)


def _written(caption: str, width: int, font: Path | None) -> Picture:
    """The strip with the caption, as large as fits."""
    strip = _strip(width)
    ink = Image.new("L", (width, strip))
    size = round(strip * 0.45)
    draw = ImageDraw.Draw(ink)
    while size > 8 and draw.textlength(caption, font_of(size, font)) > width * 0.94:
        size -= 1
    draw.text((width / 2, strip * CAPTION_MIDDLE), caption, 255, font_of(size, font), anchor="mm")
    return np.asarray(ink)
