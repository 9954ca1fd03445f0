"""Soft decoding: the Reed-Solomon word that fits the beliefs about the cells best, by ordered statistics.

The word is treated as a binary linear code. The most certain independent bits (as many as there are data bits) determine a
word; so do the same bits with one or two of them flipped. The word that contradicts certain cells least is chosen.
Method: M. Fossorier and S. Lin, "Soft-decision decoding of linear block codes based on ordered statistics", 1995.
"""

import numpy as np
import numpy.typing as npt

from roundcode.geometry import Layout
from roundcode.payload import generator

Floats = npt.NDArray[np.float32]
CANDIDATES = 3


def likely_data(belief: Floats, layout: Layout) -> list[bytes]:
    """The data bytes of the best fitting words, best first.

    `belief` has one number for each bit of the word: positive for dark, and farther from 0 when more certain.
    The caller checks the CRC, because some word always fits best, even noise.
    """
    sureness = np.abs(belief)
    order = np.argsort(-sureness, kind="stable")
    rows, basis = _reduced(order, layout)
    hard = (belief > 0)[order]
    weight = sureness[order].astype(np.float32)
    word = (rows[hard[basis]].sum(0) % 2).astype(bool)
    wrong = word ^ hard
    # flipping row i toggles the cells of that row: wrong ones become right, right ones wrong
    toggled = np.where(wrong, -weight, weight)
    bits = rows.astype(np.float32)
    one = bits @ toggled
    two = one[:, None] + one[None, :] - 2 * (bits * toggled) @ bits.T
    np.fill_diagonal(two, one)
    best = np.argpartition(two, CANDIDATES * 2, axis=None)[: CANDIDATES * 2]
    found = [(0.0, word)]
    for index in best:
        i, k = divmod(int(index), len(rows))
        flipped = word ^ rows[i] if i == k else word ^ rows[i] ^ rows[k]
        found.append((float(two[i, k]), flipped))
    found.sort(key=lambda pair: pair[0])
    return [_data(word, order, layout) for _, word in found]


def _data(word: npt.NDArray[np.bool_], order: npt.NDArray[np.int64], layout: Layout) -> bytes:
    bits = np.empty(len(word), bool)
    bits[order] = word
    return np.packbits(bits).tobytes()[: layout.data_bytes]


def _reduced(
    order: npt.NDArray[np.int64], layout: Layout
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
    """The generator matrix with its columns in `order`, reduced so that the first independent columns (returned
    as positions) form the identity. Rows are Python integers, ten times faster here than arrays."""
    matrix = generator(layout)[:, order].astype(np.uint8)
    size, length = matrix.shape
    padded = -length % 8
    left = [int.from_bytes(row.tobytes()) >> padded for row in np.packbits(matrix, axis=1)]
    done: list[int] = []
    basis = []
    for column in range(length):
        bit = 1 << (length - 1 - column)
        pivot = next((row for row in left if row & bit), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left = [row ^ pivot if row & bit else row for row in left]
        done = [row ^ pivot if row & bit else row for row in done]
        done.append(pivot)
        basis.append(column)
        if not left:
            break
    packed = b"".join((row << padded).to_bytes((length + 7) // 8) for row in done)
    rows = np.unpackbits(np.frombuffer(packed, np.uint8).reshape(size, -1), axis=1, count=length)
    return rows.astype(bool), np.array(basis)
