"""A plain QR code, which any scanner reads."""

import io

import cv2
import numpy as np
import segno
from PIL import Image

from roundcode.look import MAX_WIDTH, MIN_WIDTH, BadLook

QUIET_MODULES = 4
MASKS = (None, *range(8))
"""None, the standard's own choice, comes first."""


def qr_png(link: str, width: int = 430) -> bytes:
    """A QR code of `link` at level H, in the smallest version that holds it (3 up to 24 bytes, or 35 letters of the
    alphanumeric set), as a PNG exactly `width` pixels wide.

    It was read back by OpenCV, the weakest of the common readers, which fails on one or two clean codes in a hundred;
    those get another mask. Raises `BadLook` for a width outside 280..1280 or a link that no QR code holds.
    """
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        raise BadLook("width", f"width must be {MIN_WIDTH} to {MAX_WIDTH} pixels, not {width}")
    try:
        drawn = [_drawn(link, MASKS[0], width)]
        while not _is_read(drawn[-1], link) and len(drawn) < len(MASKS):
            drawn.append(_drawn(link, MASKS[len(drawn)], width))
    except segno.DataOverflowError as error:
        raise BadLook("link", "the link is too long for a QR code") from error
    out = io.BytesIO()
    drawn[-1].save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawn(link: str, mask: int | None, width: int) -> Image.Image:
    code = segno.make_qr(link, error="h", boost_error=False, mask=mask)
    rows = [list(row) for row in code.matrix_iter(scale=1, border=QUIET_MODULES)]
    modules = Image.new("L", (len(rows), len(rows)))
    modules.putdata([0 if dark else 255 for row in rows for dark in row])
    # whole pixels for each module keep its edges sharp; the remainder goes to the quiet zone
    scale = width // len(rows)
    sharp = modules.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST)
    picture = Image.new("L", (width, width), 255)
    picture.paste(sharp, ((width - sharp.width) // 2, (width - sharp.height) // 2))
    return picture


def _is_read(picture: Image.Image, link: str) -> bool:
    try:
        return bool(cv2.QRCodeDetector().detectAndDecode(np.asarray(picture, np.uint8))[0] == link)
    except cv2.error:
        return False
