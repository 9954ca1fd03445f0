"""The pool of processes works next to the event loop, and refuses calls when it is full."""

import asyncio
import os

import pytest

from roundcode.image import UnreadableImage, read_image
from roundcode.look import Look
from roundcode.payload import encode
from roundcode.png import draw_png
from sharecode.adapters.picture_pool import PicturePool, PoolIsFull


async def test_pictures_are_read_in_another_process_and_a_full_pool_refuses() -> None:
    pool = PicturePool(workers=1, waiting=2)
    try:
        key = os.urandom(16)
        picture = draw_png(encode(key), Look())
        first, second = (asyncio.ensure_future(pool.run(read_image, picture)) for _ in range(2))
        await asyncio.sleep(0)
        with pytest.raises(PoolIsFull):
            await pool.run(read_image, picture)
        assert [r.key for r in await first] == [r.key for r in await second] == [key]
        with pytest.raises(UnreadableImage):
            await pool.run(read_image, b"nothing")
        assert await pool.run(os.getpid) != os.getpid()
    finally:
        pool.close()
