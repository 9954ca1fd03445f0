"""A mini program's logo: stored as a plain square, drawn as a disc in the middle of a code."""

import io
import warnings
from functools import lru_cache

from PIL import Image, ImageDraw, ImageOps

from roundcode.look import MAX_LOGO_PIXELS, BadLook
from roundcode.pillow_errors import BROKEN

STORED_SIDE = 512
"""Pixels. The logo in the largest picture of a code has 283."""


def square_logo(picture: bytes) -> bytes:
    """The middle square of `picture` (PNG, JPEG or WebP) on white, as a PNG of at most 512 pixels a side, without the
    file's metadata. Raises `BadLook` for any other format, or too many pixels."""
    image = _opened(picture)
    side = min(STORED_SIDE, *image.size)
    out = io.BytesIO()
    ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


@lru_cache(maxsize=32)
def round_logo(picture: bytes, side: int) -> Image.Image:
    """`picture` (PNG, JPEG or WebP) as a round RGBA image of `side` pixels, cropped to its middle square. The image
    is cached: do not draw on it.

    Raises `BadLook` for any other format, or too many pixels.
    """
    fitted = ImageOps.fit(_opened(picture), (side, side), Image.Resampling.LANCZOS).convert("RGBA")
    stencil = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(stencil).ellipse((0, 0, side * 4 - 1, side * 4 - 1), 255)
    fitted.putalpha(stencil.reduce(4))
    return fitted


def _opened(picture: bytes) -> Image.Image:
    """The upright picture on white; the limit is checked before a pixel is decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP"))
            if image.width * image.height > MAX_LOGO_PIXELS:
                raise BadLook("logo", f"logo must have at most {MAX_LOGO_PIXELS} pixels")
            turned = ImageOps.exif_transpose(image).convert("RGBA")
    except BadLook:
        raise
    except BROKEN as error:
        raise BadLook("logo", "logo is not a readable PNG, JPEG or WebP picture") from error
    return Image.alpha_composite(Image.new("RGBA", turned.size, (255, 255, 255, 255)), turned).convert("RGB")
