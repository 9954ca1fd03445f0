"""The format: geometry, payload and the published vectors."""

import json
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roundcode.correction import corrected, likeliest
from roundcode.geometry import LAYOUTS, LONG, MARK_CENTRES, SHORT, Layout, cells
from roundcode.payload import MASKS, WrongKeyLength, correct, encode, key_in

VECTORS = Path(__file__).parent.parent / "vectors" / "round-code.json"
LAYOUT_NAMED = {layout.name: layout for layout in LAYOUTS}

keys = st.binary(min_size=16, max_size=16)


def word(dark: np.ndarray, layout: Layout = SHORT) -> bytes:
    return np.packbits(dark[: layout.word_bytes * 8]).tobytes()


@pytest.mark.parametrize(
    "vector", json.loads(VECTORS.read_text(encoding="utf-8"))["codes"], ids=lambda v: v["key"][:8]
)
def test_published_vectors_are_what_the_encoder_makes(vector: dict[str, str]) -> None:
    layout = LAYOUT_NAMED[vector["layout"]]
    dark = encode(bytes.fromhex(vector["key"]), layout)
    assert "".join("1" if cell else "0" for cell in dark) == vector["cells"]
    assert word(dark, layout).hex() == vector["word"]


@pytest.mark.parametrize(
    "row",
    json.loads(VECTORS.read_text(encoding="utf-8"))["geometry"],
    ids=lambda r: f"{r['layout']}-{r['cell']}",
)
def test_published_places_match_the_table(row: dict[str, float]) -> None:
    cell = cells(LAYOUT_NAMED[str(row["layout"])])[int(row["cell"])]
    assert (cell.x, cell.y) == pytest.approx((row["x"], row["y"]), abs=1e-6)


@given(keys)
def test_every_key_comes_back(key: bytes) -> None:
    data = correct(word(encode(key)), SHORT)
    assert data is not None
    assert key_in(data, SHORT) == key


@given(keys, st.sets(st.integers(0, 36), max_size=8), st.integers(1, 255))
def test_any_eight_wrong_bytes_are_corrected(key: bytes, places: set[int], change: int) -> None:
    damaged = bytearray(word(encode(key)))
    for place in places:
        damaged[place] ^= change
    data = correct(bytes(damaged), SHORT)
    assert data is not None
    assert key_in(data, SHORT) == key


@given(st.binary(min_size=37, max_size=37))
def test_a_random_word_gives_no_key(noise: bytes) -> None:
    data = correct(noise, SHORT)
    assert data is None or key_in(data, SHORT) is None


def test_random_beliefs_give_no_key() -> None:
    rng = np.random.default_rng(int.from_bytes(os.urandom(4)))
    for _ in range(40):
        assert likeliest(rng.normal(0, 1, 300).astype(np.float32), SHORT) is None


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_soft_decoding_corrects_more_than_reed_solomon(layout: Layout) -> None:
    rng = np.random.default_rng(7)
    soft = hard = 0
    for _ in range(12):
        key = rng.bytes(layout.key_bytes)
        dark = encode(key, layout)
        belief = (np.where(dark, 1.0, -1.0) + rng.normal(0, 0.6, dark.size)).astype(np.float32)
        soft += likeliest(belief, layout) == key
        hard += corrected(belief, layout) == key
    assert soft >= 9
    assert hard < soft


def test_at_least_45_percent_of_each_word_is_parity() -> None:
    assert all(layout.parity_bytes / layout.word_bytes >= 0.45 for layout in LAYOUTS)
    assert (SHORT.key_bytes, LONG.key_bytes) == (16, 36)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_cells_touch_neither_each_other_nor_a_mark(layout: Layout) -> None:
    table = cells(layout)
    assert len(table) >= layout.word_bytes * 8
    at = np.array([(c.x, c.y) for c in table])
    away = np.linalg.norm(at[:, None] - at, axis=2) + np.eye(len(at)) * 9
    assert away.min() > 2 * min(c.half_width for c in table)
    assert min(np.linalg.norm(at - np.array(mark), axis=1).min() for mark in MARK_CENTRES) > 0.2


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(WrongKeyLength, match="16 bytes, not 15"):
        encode(bytes(15))


def test_the_check_is_a_plain_crc_32_of_the_layout_and_the_key() -> None:
    key = bytes(range(16))
    data = correct(word(encode(key)), SHORT)
    assert data is not None
    expected = key + zlib.crc32(b"anchorage round code, short" + key).to_bytes(4, "big")
    import hashlib

    masks = [hashlib.shake_256(b"anchorage round code mask %d" % n).digest(20) for n in range(MASKS)]
    assert any(bytes(a ^ b for a, b in zip(data, mask, strict=True)) == expected for mask in masks)
