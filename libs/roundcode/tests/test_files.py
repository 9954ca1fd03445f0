"""Picture files: every accepted format, and hostile ones."""

import struct
import time
import zlib

import numpy as np
import pytest
from roundcode_support.pictures import grey, picture

from roundcode.image import ImageTooLarge, UnreadableImage, read_image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_accepted_format_is_read(key: bytes, kind: str) -> None:
    assert [r.key for r in read_image(picture(np.pad(grey(key), 40, constant_values=255), kind))] == [key]


def test_a_truncated_picture_is_unreadable(key: bytes) -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = picture(grey(key), kind)
        with pytest.raises(UnreadableImage):
            read_image(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    "bytes_",
    [b"", b"GIF89a" + bytes(40), b"<svg/>", b"\x89PNG\r\n\x1a\n", np.random.default_rng(5).bytes(999)],
)
def test_bytes_that_are_not_a_picture_are_unreadable(bytes_: bytes) -> None:
    with pytest.raises(UnreadableImage):
        read_image(bytes_)


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))
        + chunk(b"IEND", b"")
    )
    start = time.process_time()
    with pytest.raises(ImageTooLarge):
        read_image(bomb)
    assert time.process_time() - start < 0.5


def test_a_file_over_the_limit_is_refused_without_opening_it() -> None:
    with pytest.raises(ImageTooLarge, match="at most 10 bytes"):
        read_image(bytes(11), max_bytes=10)


def test_damaged_files_raise_no_other_errors(key: bytes) -> None:
    rng = np.random.default_rng(11)
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = picture(grey(key)[::2, ::2].copy(), kind)
        for _ in range(12):
            damaged = bytearray(whole)
            for place in rng.integers(0, len(whole), 6):
                damaged[place] = rng.integers(0, 256)
            try:
                found = read_image(bytes(damaged))
            except (UnreadableImage, ImageTooLarge):
                continue
            assert all(reading.key == key for reading in found)
