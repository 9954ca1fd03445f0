"""The line of text under a code, written with the letters that the font has."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from unicodedata import normalize

from PIL import ImageFont
from pypinyin import lazy_pinyin

NO_LETTER = "\U0010ffff"
"""Not a character: a font draws its sign for a missing letter."""
CHINESE = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")
"""The package of the extra `chinese`, and its font (SIL Open Font License)."""


def installed_font() -> Path | None:
    """The font of the extra `chinese`; None when the extra is not installed."""
    package, name = CHINESE
    spec = find_spec(package)
    return Path(spec.origin).with_name(name) if spec and spec.origin else None


@lru_cache(maxsize=64)
def font_of(size: int, file: Path | None = None) -> ImageFont.FreeTypeFont:
    """The font in `file`; by default the one that comes with Pillow, which has Latin letters only. Raises OSError."""
    if file is not None:
        return ImageFont.truetype(file, size)
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # noqa: S101 - Pillow's wheels come with FreeType
    return font


def in_letters_of(caption: str, file: Path | None = None) -> str:
    """`caption` as the font can write it: Chinese that it lacks becomes pinyin, other letters that it lacks are left
    out. May be empty."""
    if all(_has(letter, file) for letter in caption):
        return caption
    syllables = lazy_pinyin(caption, errors=lambda others: [f" {others} "])
    spelled = " ".join(part.capitalize() if part.isalpha() else part for part in syllables)
    # NFKD splits an accented letter into letter and accent, and makes full-width letters plain
    written = (letter for letter in normalize("NFKD", spelled) if _has(letter, file))
    return " ".join("".join(written).split())


@lru_cache(maxsize=4096)
def _has(letter: str, file: Path | None) -> bool:
    font = font_of(24, file)
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(NO_LETTER))
