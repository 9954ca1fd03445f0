"""Soft decoding: the Reed-Solomon word that fits best to how sure each cell is, by ordered statistics.

The word is seen as a binary linear code. The surest independent bits (as many as there are data bits) fix a
word; so do they with any one or two of them flipped. The word that contradicts the sure cells least is taken.
Method: M. Fossorier and S. Lin, "Soft-decision decoding of linear block codes based on ordered statistics", 1995.
"""

import numpy as np
import numpy.typing as npt

from sharecode.roundcode.geometry import Layout
from sharecode.roundcode.payload import generator

Floats = npt.NDArray[np.float32]
CANDIDATES = 3


def likely_data(belief: Floats, layout: Layout) -> list[bytes]:
    """The data bytes of the few best fitting words, best first.

    `belief` has one number for each bit of the word: above 0 for dark, and the farther from 0 the surer.
    The caller checks the CRC: some word always fits best, also to noise.
    """
    sureness = np.abs(belief)
    order = np.argsort(-sureness, kind="stable")
    rows, basis = _reduced(order, layout)
    hard = (belief > 0)[order]
    weight = sureness[order].astype(np.float32)
    word = (rows[hard[basis]].sum(0) % 2).astype(bool)
    wrong = word ^ hard
    # Flipping row i toggles the cells of that row: a wrong one becomes right, a right one wrong.
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
    as positions) form the identity. Rows are Python's whole numbers, which here beat arrays tenfold."""
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
