"""The plain QR code of a link, which any scanner reads."""

import io

import segno
from PIL import Image

from sharecode.roundcode.look import MAX_WIDTH, MIN_WIDTH, BadLook

QUIET_MODULES = 4


def qr_png(link: str, width: int = 430) -> bytes:
    """A QR code of `link` at level H, in the smallest version that holds it (3 up to 24 bytes, or 35 letters of the
    alphanumeric set), as a PNG exactly `width` pixels wide.

    Raises `BadLook` for a width outside 280..1280 or a link that no QR code holds.
    """
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        raise BadLook("width", f"width must be {MIN_WIDTH} to {MAX_WIDTH} pixels, not {width}")
    try:
        code = segno.make_qr(link, error="h", boost_error=False)
    except segno.DataOverflowError as error:
        raise BadLook("link", "the link is too long for a QR code") from error
    rows = [list(row) for row in code.matrix_iter(scale=1, border=QUIET_MODULES)]
    modules = Image.new("L", (len(rows), len(rows)))
    modules.putdata([0 if dark else 255 for row in rows for dark in row])
    # Whole pixels for each module keep its edges sharp; what is left over goes to the quiet zone.
    scale = width // len(rows)
    sharp = modules.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST)
    picture = Image.new("L", (width, width), 255)
    picture.paste(sharp, ((width - sharp.width) // 2, (width - sharp.height) // 2))
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
