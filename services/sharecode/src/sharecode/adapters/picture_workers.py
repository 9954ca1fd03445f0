"""Draws and reads pictures in processes of their own, so that scans never slow the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import cv2

from roundcode.image import ImageTooLarge, UnreadableImage, read_image
from roundcode.logo import square_logo
from roundcode.look import Look
from roundcode.payload import encode
from roundcode.png import draw_png
from roundcode.qr import qr_png
from roundcode.svg import draw_svg
from roundcode.warming import warm_up
from runtime.process_pool import PoolIsFull, ProcessPool, WorkerDied
from sharecode.domain.codes import KEY_BYTES, code_in, code_of
from sharecode.domain.errors import PictureWorkerDied, TooManyPictures, UnreadablePicture

P = ParamSpec("P")
T = TypeVar("T")


class PictureWorkers:
    """Draws and reads. A worker that dies (out of memory, killed) is replaced, and its caller gets PictureWorkerDied."""

    def __init__(self, max_bytes: int, caption_font: Path | None = None) -> None:
        self._max_bytes = max_bytes
        self._font = caption_font
        self._pool = ProcessPool(_prepare)

    async def run(self) -> None:
        """Keep the pool until the service stops."""
        await self._pool.keep()

    async def warm(self) -> None:
        """Start the worker before the first caller needs it: loading OpenCV takes seconds on a busy machine."""
        await self._work(_round_svg, bytes(KEY_BYTES), Look())

    async def round_png(self, key: bytes, look: Look) -> bytes:
        """The round code as PNG."""
        return await self._work(_round_png, key, look, self._font)

    async def round_svg(self, key: bytes, look: Look) -> str:
        """The round code as SVG."""
        return await self._work(_round_svg, key, look)

    async def qr_png(self, text: str, width: int) -> bytes:
        """A plain QR code."""
        return await self._work(qr_png, text, width)

    async def square_logo(self, picture: bytes) -> bytes:
        """A logo as a plain square PNG. Raises BadLook."""
        return await self._work(square_logo, picture)

    async def read(self, picture: bytes) -> str | None:
        """The most certain code in a picture; None when there is none. Raises UnreadablePicture.

        The HTTP layer refuses files with too many bytes before they get here.
        """
        try:
            readings = await self._work(read_image, picture, max_bytes=self._max_bytes)
        except (ImageTooLarge, UnreadableImage) as error:
            raise UnreadablePicture(str(error)) from None
        found = (code_of(r.key) if r.kind == "round" else code_in(r.text) for r in readings)
        return next((code for code in found if code is not None), None)

    async def _work(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await self._pool.run(work, *args, **kwargs)
        except PoolIsFull:
            raise TooManyPictures from None
        except WorkerDied:
            raise PictureWorkerDied from None


def _prepare() -> None:
    cv2.setNumThreads(1)
    warm_up()


def _round_png(key: bytes, look: Look, font: Path | None) -> bytes:
    return draw_png(encode(key), look, font=font)


def _round_svg(key: bytes, look: Look) -> str:
    return draw_svg(encode(key), look)
