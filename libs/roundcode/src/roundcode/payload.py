"""From key to dark and light cells and back: CRC-32, eight masks, Reed-Solomon.

    data = (key ++ crc32(layout name ++ key)) xor mask;  word = data ++ Reed-Solomon parity;  bits, high first

A mask is applied *before* the parity, so every masked word is a Reed-Solomon word: a reader corrects errors first, then
finds the mask by the CRC alone.
"""

import hashlib
import zlib
from functools import cache

import numpy as np
import numpy.typing as npt
from reedsolo import ReedSolomonError, RSCodec

from roundcode.geometry import SHORT, Layout, cells

MASKS = 8
Cells = npt.NDArray[np.bool_]


class WrongKeyLength(ValueError):
    """The key does not have the length that the layout carries."""


def encode(key: bytes, layout: Layout = SHORT) -> Cells:
    """The cells of `key` (True is dark) in the order of `geometry.cells`; of the eight masks, the most even
    one. Raises `WrongKeyLength`."""
    if len(key) != layout.key_bytes:
        raise WrongKeyLength(
            f"a {layout.name} code carries a key of {layout.key_bytes} bytes, not {len(key)}"
        )
    plain = key + _check(key, layout)
    masked = np.frombuffer(b"".join(_xor(plain, _mask(mask, layout)) for mask in range(MASKS)), np.uint8)
    bits = np.unpackbits(masked.reshape(MASKS, -1), axis=1).astype(np.float32)
    words = np.packbits((bits @ generator(layout)).astype(np.int64) % 2 == 1, axis=1)
    return min((word_cells(word.tobytes(), layout) for word in words), key=lambda c: unevenness(c, layout))


def key_in(data: bytes, layout: Layout) -> bytes | None:
    """The key in corrected `data` bytes; None when the CRC matches under no mask."""
    for mask in range(MASKS):
        plain = _xor(data, _mask(mask, layout))
        key, check = plain[: layout.key_bytes], plain[layout.key_bytes :]
        if check == _check(key, layout):
            return key
    return None


def correct(word: bytes, layout: Layout, erasures: list[int] | None = None) -> bytes | None:
    """The data bytes of a damaged `word`; None when the parity cannot correct it."""
    try:
        data, _, _ = codec(layout).decode(bytearray(word), erase_pos=erasures)
    except (ReedSolomonError, ZeroDivisionError):
        return None
    return bytes(data)


def word_cells(word: bytes, layout: Layout) -> Cells:
    """The cells of a whole word; the remaining cells are dark, light, dark, ..."""
    bits = np.unpackbits(np.frombuffer(word, np.uint8)).astype(bool)
    left_over = np.arange(len(cells(layout)) - bits.size) % 2 == 0
    return np.concatenate([bits, left_over])


@cache
def codec(layout: Layout) -> RSCodec:
    """Reed-Solomon over GF(256), polynomial 0x11d, generator 2, first root 2^0, as in QR codes."""
    return RSCodec(layout.parity_bytes)


@cache
def generator(layout: Layout) -> npt.NDArray[np.float32]:
    """The word of each single data bit, as rows of bits. A word is the sum of its bits' words, modulo 2."""
    rows = []
    for bit in range(layout.data_bytes * 8):
        data = bytearray(layout.data_bytes)
        data[bit >> 3] = 128 >> (bit & 7)
        rows.append(np.unpackbits(np.frombuffer(bytes(codec(layout).encode(data)), np.uint8)))
    return np.array(rows, np.float32)


def unevenness(dark: Cells, layout: Layout) -> float:
    """How far a pattern is from an even grey: by ring, by eighth of the circle, and in long bars."""
    ring, octant, ends = _groups(layout)
    share = dark.mean()
    by_ring = np.bincount(ring, dark) / np.bincount(ring) - share
    by_octant = np.bincount(octant, dark) / np.bincount(octant) - share
    joined = (dark[ends[:, 0]] & dark[ends[:, 1]]).mean()
    return float(
        abs(share - 0.52) * 4 + np.abs(by_ring).mean() + np.abs(by_octant).mean() + abs(joined - 0.3)
    )


@cache
def _groups(layout: Layout) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    table = cells(layout)
    place = {(c.zone, c.ring, c.ray): i for i, c in enumerate(table)}
    neighbours = [
        (i, place[after]) for i, c in enumerate(table) if (after := (c.zone, c.ring + 1, c.ray)) in place
    ]
    octants = np.array([int(c.angle / (np.pi / 4)) for c in table])
    return np.array([c.ring for c in table]), octants, np.array(neighbours)


def _check(key: bytes, layout: Layout) -> bytes:
    return zlib.crc32(f"anchorage round code, {layout.name}".encode() + key).to_bytes(4, "big")


@cache
def _mask(mask: int, layout: Layout) -> bytes:
    seed = f"anchorage round code mask {mask}".encode()
    return hashlib.shake_256(seed).digest(layout.data_bytes)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
