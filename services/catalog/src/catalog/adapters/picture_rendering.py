"""Makes WebP files of uploaded pictures, in processes of their own.

Only pixels pass: the file is decoded, turned as its EXIF says, brought to sRGB, and encoded again, so that neither metadata nor
anything hidden behind the picture is published.
"""

from __future__ import annotations

import os
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from catalog.domain.errors import PictureWorkerDied, TooManyPictures, UnreadablePicture
from catalog.domain.picture import WIDTHS, Rendered
from runtime.process_pool import PoolIsFull, ProcessPool, WorkerDied

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 50_000_000
"""Known before anything is decoded. A picture of that size takes 200 MB once decoded."""
MAX_SIDE = 16_383
"""Pixels: what WebP can hold."""
MAX_SCANS = 64
"""Of a JPEG. Progressive ones have some ten; each costs as much as a picture of the full size."""
START_OF_SCAN = b"\xff\xda"
QUALITY = 85
WAITING = 8
"""Pictures of at most 10 MB each that wait for the process."""
BACKGROUND_NICENESS = 10
"""Of the process on whose work no call waits: it takes what other processes leave of the CPU."""


class RenderingPool:
    """Implements `PictureRenderer`. One `in_background` leaves the CPU to all others."""

    def __init__(self, *, in_background: bool = False) -> None:
        prepare = _step_back if in_background else _nothing
        self._pool = ProcessPool(prepare, workers=1, waiting=WAITING, calls_each=200)

    async def run(self) -> None:
        """Keep the process until the service stops."""
        await self._pool.keep()

    async def render(self, data: bytes) -> Rendered:
        """What viewers see of the file. Raises UnreadablePicture, TooManyPictures and PictureWorkerDied."""
        try:
            return await self._pool.run(render, data)
        except PoolIsFull:
            raise TooManyPictures from None
        except WorkerDied:
            raise PictureWorkerDied from None


def _nothing() -> None:
    """The usual process needs no preparation."""


def _step_back() -> None:
    os.nice(BACKGROUND_NICENESS)


def render(data: bytes) -> Rendered:
    """The picture in all widths, none enlarged. Raises UnreadablePicture."""
    try:
        upright = _decoded(data)
    except UnreadablePicture:
        raise
    except (
        Exception
    ) as error:  # decoders raise many types on hostile files, SyntaxError and struct.error among them
        raise UnreadablePicture(
            "The picture cannot be decoded. Send a complete PNG, JPEG or WebP file."
        ) from error
    sizes = {width: _resized(upright, width) for width in WIDTHS}
    widest = sizes[WIDTHS[-1]]
    return Rendered(widest.width, widest.height, {width: _webp(one) for width, one in sizes.items()})


def _decoded(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # the check below comes before decoding, and says what would be right
    with Image.open(BytesIO(data), formats=FORMATS) as picture:
        _check_size(*picture.size)
        if picture.format != "MPO" and getattr(picture, "is_animated", False):
            raise UnreadablePicture("The picture is animated. Send a single picture.")
        if picture.format in ("JPEG", "MPO") and data.count(START_OF_SCAN) > MAX_SCANS:
            raise UnreadablePicture(f"The picture has more than {MAX_SCANS} scans. Save it as a usual JPEG.")
        profile = picture.info.get("icc_profile")
        if picture.mode in ("RGB", "L"):
            picture.draft(None, (2 * WIDTHS[-1], 2 * WIDTHS[-1]))  # a JPEG is decoded at no more than needed
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    return _srgb(_eight_bits(upright), profile)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise UnreadablePicture(
            f"The picture has {width} × {height} pixels. At most {MAX_PIXELS // 1_000_000} million are allowed, "
            f"and {MAX_SIDE} on a side."
        )


def _eight_bits(picture: Image.Image) -> Image.Image:
    """In a mode that has eight bits a channel and no palette: RGB, RGBA, CMYK or L."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    if picture.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture if picture.mode in ("RGB", "RGBA", "CMYK", "L") else picture.convert("RGB")


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In sRGB, as RGB or RGBA. A profile that does not fit is ignored."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode=mode,
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            return picture.convert(mode)
        if converted is not None:
            return converted
    return picture.convert(mode)


def _resized(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return file.getvalue()
