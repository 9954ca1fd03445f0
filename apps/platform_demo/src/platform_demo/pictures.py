"""The pictures of products: flat shapes, drawn as PNG with the standard library."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from math import cos, pi, sin

SIDE = 800
"""Pixels. The gateway makes smaller ones, which smooths the edges."""
Point = tuple[float, float]
Part = tuple[int, Sequence[Point]]
"""A tone (index into `_tones`) and an outline in a square of 100 x 100."""
GROUND, BODY, DARK, LIGHT, WHITE = range(5)


def _disc(x: float, y: float, wide: float, tall: float | None = None) -> list[Point]:
    high = wide if tall is None else tall
    return [(x + wide * cos(2 * pi * n / 72), y + high * sin(2 * pi * n / 72)) for n in range(72)]


def _box(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


SHAPES: dict[str, tuple[Part, ...]] = {
    "cup": (
        (DARK, _disc(74, 54, 13)), (GROUND, _disc(74, 54, 8)), (BODY, [(26, 36), (74, 36), (68, 80), (32, 80)]),
        (LIGHT, _disc(50, 36, 24, 6)), (DARK, _disc(50, 37, 20, 4)),
    ),
    "bowl": (
        (BODY, [(18, 46), (82, 46), (74, 66), (62, 76), (38, 76), (26, 66)]), (DARK, _box(40, 76, 60, 81)),
        (LIGHT, _disc(50, 46, 32, 8)), (WHITE, _disc(50, 47, 27, 5)),
    ),
    "vase": (
        (BODY, [(43, 20), (57, 20), (56, 34), (68, 50), (66, 72), (58, 84), (42, 84), (34, 72), (32, 50), (44, 34)]),
        (DARK, _disc(50, 20, 7, 2)), (LIGHT, [(38, 50), (42, 46), (41, 74), (38, 70)]),
    ),
    "cloth": (
        (BODY, [(18, 30), (76, 24), (84, 74), (24, 80)]), (LIGHT, [(18, 30), (76, 24), (77, 32), (19, 38)]),
        (DARK, [(23, 70), (83, 64), (84, 68), (23, 74)]), (WHITE, [(21, 50), (80, 44), (80, 46), (21, 52)]),
    ),
    "tin": (
        (BODY, _box(30, 34, 70, 80)), (DARK, _disc(50, 80, 20, 5)), (LIGHT, _box(30, 46, 70, 66)),
        (DARK, _disc(50, 34, 20, 5)), (WHITE, _disc(50, 56, 8)),
    ),
    "cake": (
        (WHITE, _disc(50, 74, 36, 9)), (BODY, _disc(50, 60, 24, 16)), (LIGHT, _disc(50, 54, 24, 12)),
        (DARK, _disc(50, 53, 14, 6)), (LIGHT, _disc(50, 53, 10, 4)),
    ),
    "book": (
        (DARK, _box(28, 22, 76, 82)), (WHITE, _box(26, 24, 72, 80)), (BODY, _box(22, 20, 70, 78)),
        (LIGHT, _box(30, 32, 62, 44)), (DARK, _box(22, 20, 27, 78)),
    ),
    "pen": (
        (BODY, [(24, 70), (66, 22), (74, 29), (32, 77)]), (LIGHT, [(66, 22), (72, 15), (80, 22), (74, 29)]),
        (DARK, [(24, 70), (32, 77), (18, 84)]), (WHITE, [(40, 58), (62, 33), (64, 35), (42, 60)]),
    ),
    "tent": (
        (DARK, [(50, 20), (90, 78), (50, 78)]), (BODY, [(50, 20), (10, 78), (74, 78)]),
        (GROUND, [(46, 38), (32, 78), (56, 78)]), (LIGHT, [(50, 20), (10, 78), (16, 78)]),
    ),
    "lamp": (
        (DARK, _box(40, 18, 60, 24)), (WHITE, _box(36, 32, 64, 70)), (LIGHT, _disc(50, 52, 9, 13)),
        (BODY, [(34, 24), (66, 24), (70, 34), (30, 34)]), (BODY, [(32, 68), (68, 68), (72, 82), (28, 82)]),
    ),
    "bottle": (
        (DARK, _box(42, 14, 58, 24)), (BODY, [(42, 24), (58, 24), (66, 36), (66, 84), (34, 84), (34, 36)]),
        (LIGHT, _box(34, 50, 66, 66)), (WHITE, _box(38, 38, 41, 80)),
    ),
    "bag": (
        (DARK, _disc(50, 30, 16, 14)), (GROUND, _disc(50, 30, 11, 9)), (BODY, [(30, 30), (70, 30), (76, 82), (24, 82)]),
        (LIGHT, [(32, 54), (68, 54), (70, 76), (30, 76)]), (DARK, _box(44, 52, 56, 58)),
    ),
}  # fmt: skip


def draw(shape: str, colour: str) -> bytes:
    """The picture as a PNG. `colour` is `#rrggbb`; the same arguments give the same bytes."""
    rows = [bytearray(SIDE) for _ in range(SIDE)]
    for tone, outline in SHAPES[shape]:
        _fill(rows, tone, [(x * SIDE / 100, y * SIDE / 100) for x, y in outline])
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", bytes(_tones(colour))), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _tones(colour: str) -> list[int]:
    """Red, green and blue of ground, body, shadow, light and white."""
    body = [int(colour[n : n + 2], 16) for n in (1, 3, 5)]

    def towards(target: int, share: int) -> list[int]:
        return [(part * (100 - share) + target * share) // 100 for part in body]

    return [*towards(255, 82), *body, *towards(0, 30), *towards(255, 45), *towards(255, 95)]


def _fill(rows: list[bytearray], tone: int, outline: Sequence[Point]) -> None:
    """Fill an outline row by row, between each pair of its crossings."""
    edges = list(zip(outline, [*outline[1:], outline[0]], strict=True))
    top, bottom = min(y for _, y in outline), max(y for _, y in outline)
    for y in range(max(int(top), 0), min(int(bottom) + 1, SIDE)):
        middle = y + 0.5
        crossings = sorted(
            x1 + (middle - y1) * (x2 - x1) / (y2 - y1)
            for (x1, y1), (x2, y2) in edges
            if (y1 <= middle) != (y2 <= middle)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=True):
            first, last = max(round(left), 0), min(round(right), SIDE)
            rows[y][first:last] = bytes([tone]) * max(last - first, 0)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
