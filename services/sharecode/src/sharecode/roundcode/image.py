"""From the bytes of a photograph to the codes in it: round ones by our reader, QR codes by zxing-cpp.

A file is judged by its header before its pixels are decoded, so that a bomb costs nothing.
"""

import io
from dataclasses import dataclass
from typing import Literal

import numpy as np
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from sharecode.roundcode.reader import read_round

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
"""A phone's 48-megapixel photograph; decoding it takes about 150 MB for a moment."""
READ_PIXELS = 2_000_000
"""More than this shows no code that less would hide, and costs in proportion."""


class UnreadableImage(ValueError):
    """The bytes are no picture that can be read; says why."""


class ImageTooLarge(ValueError):
    """More bytes or pixels than are taken; says how many are."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A code that was found. `key` of a round one, `text` of a QR code; `position` is its middle in pixels of the
    upright picture; `confidence` is 0..1."""

    kind: Literal["round", "qr"]
    position: tuple[float, float]
    confidence: float
    key: bytes = b""
    text: str = ""


def read_image(data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> list[Reading]:
    """Every code in a PNG, JPEG or WebP picture, the surest first; turned as its EXIF says.

    Raises ImageTooLarge and UnreadableImage, and nothing else, whatever the bytes are.
    """
    if len(data) > max_bytes:
        raise ImageTooLarge(f"the picture has {len(data)} bytes; at most {max_bytes} are taken")
    grey, scale = _grey(data, max_pixels)
    rounds = [
        Reading("round", (x * scale, y * scale), min(1.0, max(0.0, r.fit)), key=r.key)
        for r in read_round(grey)
        for x, y in [r.placement.centre]
    ]
    qrs = [
        Reading("qr", (_qr_x(code) * scale, _qr_y(code) * scale), 1.0, text=code.text)
        for code in zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)
        if code.valid
    ]
    return sorted([*rounds, *qrs], key=lambda reading: -reading.confidence)


def _grey(data: bytes, max_pixels: int) -> tuple[np.ndarray, float]:
    """The upright picture in grey, at most READ_PIXELS large, and by how much it was made smaller."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > max_pixels:
                raise ImageTooLarge(
                    f"the picture has {width}x{height} pixels; at most {max_pixels} are taken"
                )
            scale = max(1.0, (width * height / READ_PIXELS) ** 0.5)
            if picture.format == "JPEG":
                picture.draft("L", (round(width / scale), round(height / scale)))
            upright = ImageOps.exif_transpose(_on_white(picture)).convert("L")
    except ImageTooLarge:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        Image.DecompressionBombError,
    ) as wrong:
        raise UnreadableImage("the picture cannot be read; send a whole PNG, JPEG or WebP file") from wrong
    scale = max(1.0, (upright.width * upright.height / READ_PIXELS) ** 0.5)
    if scale > 1:
        small = (max(1, round(upright.width / scale)), max(1, round(upright.height / scale)))
        upright = upright.resize(small, Image.Resampling.BOX)
    return np.asarray(upright), max(width, height) / max(upright.size)


def _on_white(picture: Image.Image) -> Image.Image:
    """What is transparent shows what a page shows: white."""
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return picture
    rgba = picture.convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    ground.alpha_composite(rgba)
    if "exif" in picture.info:
        ground.info["exif"] = picture.info["exif"]
    return ground


def _qr_x(code: zxingcpp.Barcode) -> float:
    p = code.position
    return float(p.top_left.x + p.bottom_right.x) / 2


def _qr_y(code: zxingcpp.Barcode) -> float:
    p = code.position
    return float(p.top_left.y + p.bottom_right.y) / 2
