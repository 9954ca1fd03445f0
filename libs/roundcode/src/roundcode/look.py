"""How a code looks: width, colour, background, logo, caption. Checked once, before anything is drawn."""

import re
from dataclasses import dataclass

MIN_WIDTH, MAX_WIDTH, DEFAULT_WIDTH = 280, 1280, 430
MIN_CONTRAST = 4.5
MAX_CAPTION = 40
DEFAULT_COLOR = "#000000"
MAX_LOGO_BYTES = 1_000_000
MAX_LOGO_PIXELS = 4_000_000

Rgb = tuple[int, int, int]


class BadLook(ValueError):
    """A drawing `option` that would make the code unreadable; `message` says what is allowed."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(option, message)
        self.option = option
        self.message = message

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Look:
    """The differences between two pictures of the same code.

    `width` is in pixels, 280..1280. `line_color` is `#rrggbb` with a contrast of at least 4.5:1 against white.
    `transparent` leaves out the background outside the code's white disc. `logo` is a PNG, JPEG or WebP picture
    for the middle; without one an anchor is drawn. `caption` is a line of text under the code.
    Raises `BadLook`.
    """

    width: int = DEFAULT_WIDTH
    line_color: str = DEFAULT_COLOR
    transparent: bool = False
    logo: bytes | None = None
    caption: str = ""

    def __post_init__(self) -> None:
        if not MIN_WIDTH <= self.width <= MAX_WIDTH:
            raise BadLook("width", f"width must be {MIN_WIDTH} to {MAX_WIDTH} pixels, not {self.width}")
        found = contrast_with_white(self.rgb)
        if found < MIN_CONTRAST:
            raise BadLook(
                "line_color",
                f"line_color {self.line_color} has a contrast of {found:.2f}:1 against white; "
                f"a readable code needs at least {MIN_CONTRAST}:1, so choose a darker colour",
            )
        if len(self.caption) > MAX_CAPTION or not self.caption.isprintable():
            raise BadLook("caption", f"caption must be one line of at most {MAX_CAPTION} characters")
        if self.logo is not None and len(self.logo) > MAX_LOGO_BYTES:
            raise BadLook("logo", f"logo must be at most {MAX_LOGO_BYTES} bytes")

    @property
    def rgb(self) -> Rgb:
        """`line_color` as three numbers, 0..255."""
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", self.line_color):
            raise BadLook("line_color", f"line_color must look like #1a2b3c, not {self.line_color!r}")
        red, green, blue = bytes.fromhex(self.line_color[1:])
        return red, green, blue


def contrast_with_white(rgb: Rgb) -> float:
    """The contrast ratio of WCAG 2, 1..21."""
    red, green, blue = (_linear(part / 255) for part in rgb)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # type: ignore[no-any-return]
