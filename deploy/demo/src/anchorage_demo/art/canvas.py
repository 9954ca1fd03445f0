"""A small SVG canvas: shapes, and the gradients that make flat shapes look like lit objects."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from anchorage_demo.art.colour import darker, lighter, luminance

Attribute = str | float


class Canvas:
    """Collects shapes in drawing order. Fill methods return a paint for the shape methods' `fill`."""

    def __init__(self, width: float, height: float) -> None:
        self.width = width
        self.height = height
        self._paints: dict[str, str] = {}
        self._shapes: list[str] = []

    # Paints ---------------------------------------------------------------------------------------

    def cylinder(self, colour: str) -> str:
        """A round upright body: dark edges, a bright band left of the middle."""
        edge, glow = _shade(colour)
        return self._linear(
            [(0, edge, 1), (0.16, colour, 1), (0.34, glow, 1), (0.62, colour, 1), (1, edge, 1)],
            "x2='1' y2='0'",
        )

    def sheen(self, colour: str) -> str:
        """A flat panel lit from the upper left."""
        edge, glow = _shade(colour)
        return self._linear([(0, glow, 1), (0.45, colour, 1), (1, edge, 1)], "x2='.8' y2='1'")

    def ball(self, colour: str) -> str:
        """A round body lit from the upper left."""
        edge, glow = _shade(colour)
        stops = [(0, glow, 1), (0.55, colour, 1), (1, edge, 1)]
        return self._paint("radialGradient", "cx='.38' cy='.32' r='.75'", stops)

    def glow(self, colour: str, opacity: float = 0.8) -> str:
        """Light that fades outwards to nothing; also soft shadows, with a dark colour."""
        stops = [(0, colour, opacity), (0.5, colour, opacity * 0.45), (1, colour, 0)]
        return self._paint("radialGradient", "", stops)

    def fade(self, top: str, bottom: str, opacity_top: float = 1, opacity_bottom: float = 1) -> str:
        """A vertical blend of two colours."""
        return self._linear([(0, top, opacity_top), (1, bottom, opacity_bottom)], "x2='0' y2='1'")

    def glass(self, colour: str = "#dfeaf0") -> str:
        """Clear material: brighter at its edges, nearly absent in the middle."""
        return self._linear(
            [
                (0, lighter(colour, 0.2), 0.85),
                (0.2, colour, 0.28),
                (0.7, colour, 0.2),
                (1, darker(colour, 0.2), 0.7),
            ],
            "x2='1' y2='0'",
        )

    def _linear(self, stops: Sequence[tuple[float, str, float]], direction: str) -> str:
        return self._paint("linearGradient", "x1='0' y1='0' " + direction, stops)

    def _paint(self, kind: str, geometry: str, stops: Sequence[tuple[float, str, float]]) -> str:
        drawn = "".join(
            f"<stop offset='{at:g}' stop-color='{colour}'"
            + (f" stop-opacity='{alpha:g}'/>" if alpha < 1 else "/>")
            for at, colour, alpha in stops
        )
        name = self._paints.setdefault(
            f"<{kind} id='%s' {geometry}>{drawn}</{kind}>", f"p{len(self._paints)}"
        )
        return f"url(#{name})"

    # Shapes ---------------------------------------------------------------------------------------

    def rect(
        self, x: float, y: float, width: float, height: float, radius: float, fill: str, **more: Attribute
    ) -> None:
        box = f"x='{x:g}' y='{y:g}' width='{width:g}' height='{height:g}' rx='{radius:g}'"
        self._add("rect", box, fill, more)

    def circle(self, x: float, y: float, radius: float, fill: str, **more: Attribute) -> None:
        self._add("circle", f"cx='{x:g}' cy='{y:g}' r='{radius:g}'", fill, more)

    def ellipse(
        self, x: float, y: float, radius_x: float, radius_y: float, fill: str, **more: Attribute
    ) -> None:
        self._add("ellipse", f"cx='{x:g}' cy='{y:g}' rx='{radius_x:g}' ry='{radius_y:g}'", fill, more)

    def path(self, outline: str, fill: str, **more: Attribute) -> None:
        """`outline` is SVG path data."""
        self._add("path", f"d='{outline}'", fill, more)

    def stroke(self, outline: str, colour: str, width: float, **more: Attribute) -> None:
        """A line with round ends along SVG path data."""
        caps: dict[str, Attribute] = {"stroke_linecap": "round", "stroke_linejoin": "round"}
        self._add("path", f"d='{outline}'", "none", {"stroke": colour, "stroke_width": width, **caps, **more})

    def shadow(self, x: float, y: float, radius_x: float, radius_y: float = 0, opacity: float = 0.42) -> None:
        """The soft shadow of something that stands on the ground."""
        self.ellipse(x, y, radius_x, radius_y or radius_x * 0.14, self.glow("#1d1712", opacity))

    @contextmanager
    def moved(self, transform: str) -> Iterator[None]:
        """Everything drawn inside is put through an SVG transform."""
        self._shapes.append(f"<g transform='{transform}'>")
        yield
        self._shapes.append("</g>")

    def _add(self, kind: str, geometry: str, fill: str, more: dict[str, Attribute]) -> None:
        extra = "".join(
            f" {name.replace('_', '-')}='{value if isinstance(value, str) else format(value, 'g')}'"
            for name, value in more.items()
        )
        self._shapes.append(f"<{kind} {geometry} fill='{fill}'{extra}/>")

    def svg(self) -> bytes:
        """The finished picture; the same calls always give the same bytes."""
        paints = "".join(paint % name for paint, name in self._paints.items())
        head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width:g} {self.height:g}'>"
        return f"{head}<defs>{paints}</defs>{''.join(self._shapes)}</svg>".encode()


def _shade(colour: str) -> tuple[str, str]:
    """The shadowed and the lit tone of a material: bright ones need more shadow, dark ones more light."""
    bright = luminance(colour)
    return darker(colour, 0.12 + 0.16 * bright), lighter(colour, 0.62 - 0.3 * (1 - bright))
