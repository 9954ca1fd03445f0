"""Pictures in request bodies. Few are in memory at once, the others wait unread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from runtime.web.problems import Problem

PICTURE_TYPES = ("image/png", "image/jpeg", "image/jpg", "image/webp")
"""`image/jpg` is not a registered type, but many clients send it."""
FORM = "multipart/form-data"
AT_ONCE = 2
"""One picture is read by the worker while the next one arrives. More would only fill the memory."""
WAITING = 64


class Turns:
    """First come, first served. Calls that wait hold no more than what the connection buffers."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._room = at_once + waiting

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold a place inside, after waiting for it. Raises Problem 429 `busy` when too many wait."""
        if self._room <= 0:
            raise too_many_pictures()
        self._room -= 1
        try:
            async with self._places:
                yield
        finally:
            self._room += 1


def too_many_pictures() -> Problem:
    """429: as many pictures wait as there is room for."""
    return Problem(429, "busy", "too many pictures at once; try again", retry_after=1)


async def read_picture(request: web.Request, *others: str) -> bytes:
    """The picture that is the body, or the file `image` of a form; `others` are types that the call takes besides.

    Raises Problem 415 for another type, and 422 for a form without it.
    """
    if request.content_type in PICTURE_TYPES:
        return await request.read()
    if request.content_type == FORM:
        try:
            form = await request.post()
        except (web.HTTPException, web.RequestPayloadError, OSError):
            raise  # too large, cut short, or the caller has left
        except Exception:  # aiohttp's parser raises many types, AssertionError among them
            raise Problem(422, "malformed_form", "the multipart form cannot be read") from None
        image = form.get("image")
        if isinstance(image, web.FileField):
            return image.file.read()
        message = "send the picture as the file `image`"
        raise Problem(422, "invalid_content", message, errors=[("image", message)])
    accepted = ", ".join((*PICTURE_TYPES, FORM, *others))
    raise Problem(415, "unsupported_media_type", f"send one of: {accepted}")
