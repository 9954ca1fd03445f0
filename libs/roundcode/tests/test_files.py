"""Picture files: every accepted format, and hostile ones."""

import io
import struct
import time
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image
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


@pytest.mark.parametrize("shape", [(4000, 1), (1, 4000), (1, 1), (2, 3000), (23, 9000), (24, 9000), (41, 41)])
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_shape_and_mode_has_no_code_or_a_code(shape: tuple[int, int], mode: str) -> None:
    noise = np.random.default_rng(6).integers(0, 255, shape, np.uint8)
    deep = Image.fromarray(noise.astype(np.uint16) << 8)
    file = io.BytesIO()
    (deep if mode == "I;16" else Image.fromarray(noise).convert(mode)).save(file, "PNG")
    assert read_image(file.getvalue()) == []


def test_a_picture_with_more_rings_than_opencv_can_map_has_no_code() -> None:
    ring = np.full((16, 16), 255, np.uint8)
    cv2.circle(ring, (8, 8), 6, 0, 2)
    assert read_image(picture(np.tile(ring, (200, 200)))) == []


def test_a_code_of_sixteen_bits_and_one_with_transparency_are_read(key: bytes) -> None:
    code = np.pad(grey(key), 40, constant_values=255)
    deep = io.BytesIO()
    Image.fromarray(code.astype(np.uint16) * 257).save(deep, "PNG")
    clear = io.BytesIO()
    ink = Image.new("RGBA", code.shape[::-1], "#0b6e4f")
    ink.putalpha(Image.fromarray(255 - code))
    ink.save(clear, "PNG")
    assert [[r.key for r in read_image(file.getvalue())] for file in (deep, clear)] == [[key], [key]]


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
