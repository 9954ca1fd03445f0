"""Drawing and reading pictures outside the event loop, in a bounded pool, so that scans never slow the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from runtime.problems import Problem
from sharecode.domain.codes import code_in, code_of
from sharecode.roundcode.image import ImageTooLarge, UnreadableImage, read_image
from sharecode.roundcode.look import Look
from sharecode.roundcode.payload import encode
from sharecode.roundcode.png import draw_png
from sharecode.roundcode.qr import qr_png
from sharecode.roundcode.svg import draw_svg

Drawn = TypeVar("Drawn")
WORKERS = 2
WAITING = 32
"""More pictures than this waiting is more than can be answered in time: better to say so."""


class Pictures:
    """OpenCV and Pillow let go of the interpreter while they work, so threads are enough."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="pictures")
        self._waiting = 0

    async def run(self) -> None:
        """Keep the pool until the service stops."""
        try:
            await asyncio.Event().wait()
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    async def round_png(self, key: bytes, look: Look) -> bytes:
        """The round code as PNG."""
        return await self._work(lambda: _round_png(key, look))

    async def round_svg(self, key: bytes, look: Look) -> str:
        """The round code as SVG."""
        return await self._work(lambda: draw_svg(encode(key), look))

    async def qr_png(self, text: str, width: int) -> bytes:
        """A plain QR code."""
        return await self._work(lambda: qr_png(text, width))

    async def read(self, picture: bytes) -> str | None:
        """The code in a picture, the surest first; None when there is none. Raises Problem 413 or 422."""
        try:
            readings = await self._work(lambda: read_image(picture, max_bytes=self._max_bytes))
        except ImageTooLarge as wrong:
            raise Problem(413, "too_large", str(wrong)) from None
        except UnreadableImage as wrong:
            raise Problem(422, "unreadable_image", str(wrong)) from None
        found = (
            code_of(reading.key) if reading.kind == "round" else code_in(reading.text or "")
            for reading in readings
        )
        return next((code for code in found if code is not None), None)

    async def _work(self, work: Callable[[], Drawn]) -> Drawn:
        if self._waiting >= WAITING:
            raise Problem(429, "busy", "too many pictures at once; try again", retry_after=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


@lru_cache(maxsize=256)
def _round_png(key: bytes, look: Look) -> bytes:
    return draw_png(encode(key), look)
