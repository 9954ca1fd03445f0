"""The mini program's logo, cut round for the middle of a code."""

import io
import warnings

from PIL import Image, ImageDraw, ImageOps

from sharecode.roundcode.look import MAX_LOGO_PIXELS, BadLook


def round_logo(picture: bytes, side: int) -> Image.Image:
    """`picture` (PNG, JPEG or WebP) as a round RGBA image of `side` pixels, cropped to its middle square.

    Raises `BadLook` when it is none of these, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(picture), formats=("PNG", "JPEG", "WEBP"))
            if image.width * image.height > MAX_LOGO_PIXELS:
                raise BadLook(f"logo must have at most {MAX_LOGO_PIXELS} pixels")
            turned = ImageOps.exif_transpose(image).convert("RGBA")
    except BadLook:
        raise
    except (
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise BadLook("logo is not a readable PNG, JPEG or WebP picture") from error
    ground = Image.new("RGBA", turned.size, (255, 255, 255, 255))
    fitted = ImageOps.fit(Image.alpha_composite(ground, turned), (side, side), Image.Resampling.LANCZOS)
    stencil = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(stencil).ellipse((0, 0, side * 4 - 1, side * 4 - 1), 255)
    fitted.putalpha(stencil.reduce(4))
    return fitted
