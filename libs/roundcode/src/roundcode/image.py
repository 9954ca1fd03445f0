"""Reads the codes in a picture file: checks its limits, decodes its pixels, reads round and plain QR codes."""

import io
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image, ImageOps

from roundcode.pillow_errors import BROKEN
from roundcode.placement import Placement
from roundcode.reader import read_round
from roundcode.views import SIDES, View, views

Grey = npt.NDArray[np.uint8]
Corners = tuple[tuple[float, float], ...]

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
"""Of a JPEG, which can be decoded at a fraction of its size. A PNG or WebP may have half as many: it is decoded whole, and
needs up to 20 bytes for each pixel."""
FORMATS = ("PNG", "JPEG", "WEBP")


class UnreadableImage(ValueError):
    """The bytes are not a complete PNG, JPEG or WebP picture."""


class ImageTooLarge(ValueError):
    """The file has too many bytes, or its header announces too many pixels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One code in a picture.

    `key` is a round code's (empty for a QR code), `text` a QR code's (empty for a round one). `position` holds the
    corners of the square around the code, in pixels of the upright picture. `confidence` is 0..1: how well the marks
    of a round code fit. The key itself is certain, because its CRC matches.
    """

    key: bytes
    kind: Literal["round", "qr"]
    text: str
    position: Corners
    confidence: float


def read_image(data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> list[Reading]:
    """The codes in a PNG, JPEG or WebP file, most certain first; an empty list when there are none.

    No pixel is decoded before the size is known to be within the limits. Raises only `ImageTooLarge` and
    `UnreadableImage`, whatever the bytes.
    """
    grey, shrunk = _grey(data, max_bytes, max_pixels)
    found: list[Reading] = []
    for side in SIDES:
        for view in views(grey, side):
            found += [reading for reading in _read(view, shrunk) if not _known(reading, found)]
        if found or side >= max(grey.shape):
            break
    return sorted(found, key=lambda reading: -reading.confidence)


def read_grey(grey: Grey) -> list[Reading]:
    """The codes in a grey picture that is already in memory, in no particular order."""
    return _read(View(np.ascontiguousarray(grey), 1.0, 0, 0), 1.0)


def _grey(data: bytes, max_bytes: int, max_pixels: int) -> tuple[Grey, float]:
    """The upright picture in grey, and how much smaller it is than the file's."""
    if len(data) > max_bytes:
        raise ImageTooLarge(f"a picture may have at most {max_bytes} bytes, this one has {len(data)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            wide, high = picture.size
            most = max_pixels if picture.format == "JPEG" else max_pixels // 2
            if wide * high > most:
                raise ImageTooLarge(
                    f"a {picture.format} may have at most {most} pixels, this one has {wide * high}"
                )
            # a JPEG can be decoded at half or a quarter of its size in a fraction of the time
            picture.draft("L", (SIDES[1] // 2, SIDES[1] // 2))
            shrunk = picture.width / wide
            upright = ImageOps.exif_transpose(_flat(picture))
            return np.ascontiguousarray(upright, dtype=np.uint8), shrunk
    except Image.DecompressionBombError as bomb:
        raise ImageTooLarge("the picture's header announces too many pixels") from bomb
    except ImageTooLarge:
        raise
    except BROKEN as broken:
        raise UnreadableImage("this is not a complete PNG, JPEG or WebP picture") from broken


def _flat(picture: Image.Image) -> Image.Image:
    """In grey, with transparent areas on white."""
    picture.load()
    if picture.has_transparency_data:
        clear = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
        ground = Image.new("L", clear.size, 255)
        ground.paste(clear.convert("L"), mask=clear.getchannel("A"))
        ground.info = picture.info
        return ground
    if picture.mode.startswith("I"):
        return Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
    return picture.convert("L")


def _read(view: View, shrunk: float) -> list[Reading]:
    """The codes in a view of a picture that was decoded at `shrunk` of its size."""

    def corners(points: Iterable[tuple[float, float]]) -> Corners:
        return tuple((x / shrunk, y / shrunk) for x, y in (view.in_picture(*point) for point in points))

    found = [
        Reading(r.key, "round", "", corners(_square(r.placement)), round(min(1.0, max(0.0, r.fit)), 3))
        for r in read_round(view.grey) or read_round(255 - view.grey)
    ]
    for code in zxingcpp.read_barcodes(view.grey, formats=zxingcpp.BarcodeFormat.QRCodeModel2):
        at = code.position
        square = ((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
        found.append(Reading(b"", "qr", code.text, corners(square), 1.0))
    return found


def _square(placement: Placement) -> list[tuple[float, float]]:
    x, y = placement.pixels(np.float32([-1, 1, 1, -1]), np.float32([-1, -1, 1, 1]))  # type: ignore[arg-type]
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _known(reading: Reading, found: list[Reading]) -> bool:
    """Whether it was read before: a code may lie in two overlapping views."""
    return any((reading.key, reading.text) == (other.key, other.text) for other in found)
