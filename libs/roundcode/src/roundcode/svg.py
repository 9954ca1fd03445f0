"""A code as SVG, from the same shapes as the PNG. Units are thousandths of the code's radius."""

import base64
import io
from html import escape

from roundcode.geometry import LOGO_DRAWN, QUIET_RADIUS, SHORT, Layout
from roundcode.logo import round_logo
from roundcode.look import Look
from roundcode.payload import Cells
from roundcode.png import CAPTION_MIDDLE, CAPTION_SHARE
from roundcode.shapes import Bar, Ring, Stroke, anchor, bars, rings

HALF = round(QUIET_RADIUS * 1000)
STRIP = round(HALF * 2 * CAPTION_SHARE)
LOGO_PIXELS = 256


def draw_svg(dark: Cells, look: Look, layout: Layout = SHORT) -> str:
    """The code as an SVG document, `look.width` pixels wide; a caption adds a strip below.

    The same cells and look always give the same text. Raises `BadLook` for a logo that is not a picture.
    """
    height = 2 * HALF + (STRIP if look.caption else 0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{-HALF} {-HALF} {2 * HALF} {height}" '
        f'width="{look.width}" height="{round(look.width * height / (2 * HALF))}">',
        _ground(look, height),
        f'<path fill="{look.line_color}" fill-rule="evenodd" d="{"".join(_ring(r) for r in rings())}"/>',
        f'<path fill="{look.line_color}" d="{"".join(_bar(b) for b in bars(dark, layout))}"/>',
        _middle(look),
        _caption(look),
        "</svg>",
    ]
    return "".join(parts) + "\n"


def _ground(look: Look, height: int) -> str:
    if not look.transparent:
        return f'<rect x="{-HALF}" y="{-HALF}" width="{2 * HALF}" height="{height}" fill="#fff"/>'
    disc = f'<circle r="{HALF}" fill="#fff"/>'
    if not look.caption:
        return disc
    strip = f'x="{-HALF}" y="{HALF + 30}" width="{2 * HALF}" height="{STRIP - 30}" rx="{STRIP * 2 // 5}"'
    return f'{disc}<rect {strip} fill="#fff"/>'


def _middle(look: Look) -> str:
    if look.logo is not None:
        out = io.BytesIO()
        round_logo(look.logo, LOGO_PIXELS).save(out, "PNG")
        r = round(LOGO_DRAWN * 1000)
        data = base64.b64encode(out.getvalue()).decode()
        return (
            f'<image x="{-r}" y="{-r}" width="{2 * r}" height="{2 * r}" href="data:image/png;base64,{data}"/>'
        )
    eyes, strokes = anchor()
    eye = f'<path fill="{look.line_color}" fill-rule="evenodd" d="{"".join(_ring(r) for r in eyes)}"/>'
    return eye + "".join(_stroke(s, look.line_color) for s in strokes)


def _caption(look: Look) -> str:
    if not look.caption:
        return ""
    size = min(STRIP * 0.45, 2 * HALF * 1.5 / len(look.caption))
    return (
        f'<text y="{round(HALF + STRIP * CAPTION_MIDDLE)}" fill="{look.line_color}" font-size="{size:.0f}" '
        f'font-family="system-ui, sans-serif" text-anchor="middle" dominant-baseline="central">'
        f"{escape(look.caption)}</text>"
    )


def _ring(ring: Ring) -> str:
    return _circle(ring.x, ring.y, ring.outer) + (_circle(ring.x, ring.y, ring.inner) if ring.inner else "")


def _circle(x: float, y: float, radius: float) -> str:
    r = _number(radius)
    return f"M{_number(x - radius)} {_number(y)}a{r} {r} 0 1 0 {_number(2 * radius)} 0a{r} {r} 0 1 0 {_number(-2 * radius)} 0z"


def _bar(bar: Bar) -> str:
    w, v = bar.inner_half_width, bar.outer_half_width
    corners = [bar.at(bar.inner, -w), bar.at(bar.outer, -v), bar.at(bar.outer, v), bar.at(bar.inner, w)]
    a, b, c, d = (f"{_number(x)} {_number(y)}" for x, y in corners)
    w, v = _number(w), _number(v)
    return f"M{a}L{b}A{v} {v} 0 0 1 {c}L{d}A{w} {w} 0 0 1 {a}z"


def _stroke(stroke: Stroke, color: str) -> str:
    points = " ".join(f"{_number(x)},{_number(y)}" for x, y in stroke.points)
    return (
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{_number(stroke.width)}" '
        f'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def _number(value: float) -> str:
    return f"{value * 1000:.1f}".removesuffix(".0")
