"""The line of text under a code, in a picture: in the letters of the font at hand."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import normalize

from PIL import ImageFont
from pypinyin import lazy_pinyin

NO_LETTER = "\U0010ffff"
"""Stands for no character: a font draws its sign for a missing letter."""
CHINESE = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")
"""The package of the extra `chinese`, and its font (SIL Open Font License)."""


def installed_font() -> Path | None:
    """The font of the extra `chinese`, where that is installed."""
    package, name = CHINESE
    spec = find_spec(package)
    return Path(spec.origin).with_name(name) if spec and spec.origin else None


@lru_cache(maxsize=64)
def font_of(size: int, file: Path | None = None) -> ImageFont.FreeTypeFont:
    """The font in `file`, else the one that comes with Pillow, which has Latin letters only. Raises OSError."""
    if file is not None:
        return ImageFont.truetype(file, size)
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow's wheels come with FreeType
    return font


def in_letters_of(caption: str, file: Path | None = None) -> str:
    """`caption` as the font can write it: Chinese that it has no letters for in pinyin, anything else that it lacks
    left out. Empty when nothing remains."""
    if all(_has(letter, file) for letter in caption):
        return caption
    syllables = lazy_pinyin(caption, errors=lambda others: [f" {others} "])
    told = " ".join(part.capitalize() if part.isalpha() else part for part in syllables)
    # An accented letter is a plain one and its accent, a full-width one a plain one.
    written = (letter for letter in normalize("NFKD", told) if _has(letter, file))
    return " ".join("".join(written).split())


@lru_cache(maxsize=4096)
def _has(letter: str, file: Path | None) -> bool:
    font = font_of(24, file)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))
