"""Vectors in memory: one bit a dimension to find the nearest by, eight bits to put them in order.

A scan, no graph of neighbours: at 200,000 products it takes a few milliseconds, filters are exact, and what changes is
in its place at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from search.domain.documents import number_of
from search.domain.queries import Scope
from search.meaning.models import Vectors

SIFTED_BY, SIFTED = 4, 8_000
"""Words of 64 bits, the first of each, that all are compared by, and how many of the nearest by these go on."""
LOOKED_AT = 800
"""The nearest by all bits that are compared exactly."""
FAR = 65_535
FREE = np.int64(-1)
FIRST_ROWS = 1_024
BLOCK = 16_384
EVERYWHERE = Scope()

Bytes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


class _Columns:
    """Rows of equal length; the bits stand by word, since a scan goes through one after the other."""

    def __init__(self, rows: int, dimensions: int) -> None:
        self.numbers = np.zeros(rows, np.int64)
        self.programs = np.full(rows, FREE, np.int64)
        self.bits = np.zeros((dimensions // 64, rows), np.uint64)
        self.vectors = np.zeros((rows, dimensions), np.int8)

    def grown(self) -> _Columns:
        rows = len(self.numbers)
        made = _Columns(2 * rows, self.vectors.shape[1])
        made.numbers[:rows], made.programs[:rows] = self.numbers, self.programs
        made.bits[:, :rows], made.vectors[:rows] = self.bits, self.vectors
        return made


def as_bytes(vectors: Vectors) -> Bytes:
    """Vectors in eight bits a dimension; their length is lost, which cosines do not need."""
    scaled: Bytes = np.round(vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127).astype(np.int8)
    return scaled


class Shelf:
    """The vectors of one model. One thread may change it while others look: they see rows as they are or were."""

    def __init__(self, dimensions: int) -> None:
        self._columns = _Columns(FIRST_ROWS, dimensions)
        self._row: dict[int, int] = {}
        self._used = 0

    def __len__(self) -> int:
        return len(self._row)

    def put(self, numbers: Sequence[int], programs: Sequence[int], vectors: Bytes) -> None:
        """Know these products' vectors."""
        bits = np.packbits(vectors > 0, axis=1).view(np.uint64)
        for at, (number, program) in enumerate(zip(numbers, programs, strict=True)):
            row = self._row.get(number, self._used)
            if row == len(self._columns.numbers):
                self._columns = self._columns.grown()
            columns = self._columns
            columns.programs[row] = FREE
            columns.numbers[row], columns.bits[:, row], columns.vectors[row] = number, bits[at], vectors[at]
            columns.programs[row] = program
            self._row[number] = row
            self._used = max(self._used, row + 1)

    def drop(self, numbers: Collection[int]) -> None:
        """Know these products no longer; the last row takes an empty place."""
        for number in numbers:
            row = self._row.pop(number, None)
            if row is None:
                continue
            columns, last = self._columns, self._used - 1
            columns.programs[row] = FREE
            if row != last:
                moved = int(columns.numbers[last])
                columns.numbers[row], columns.bits[:, row] = moved, columns.bits[:, last]
                columns.vectors[row], columns.programs[row] = columns.vectors[last], columns.programs[last]
                self._row[moved] = row
            columns.programs[last] = FREE
            self._used = last

    def near(self, vector: Vectors, scope: Scope, limit: int) -> dict[int, float]:
        """Number and cosine of the nearest products in the scope."""
        columns, used = self._columns, self._used
        if not used:
            return {}
        wanted = np.packbits(vector > 0).view(np.uint64)
        apart = _bits_apart(columns.bits[:SIFTED_BY, :used], wanted[:SIFTED_BY])
        if scope != EVERYWHERE:
            apart[~_in_scope(columns.programs[:used], scope)] = FAR
        rows = _least(apart, SIFTED)
        rows = rows[_least(_bits_apart(columns.bits[:, rows], wanted), LOOKED_AT)]
        found = columns.vectors[rows].astype(np.float32)
        cosines = found @ vector / np.maximum(np.linalg.norm(found, axis=1), 1e-9)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return dict(zip(columns.numbers[rows[best]].tolist(), cosines[best].tolist(), strict=True))

    def count(self, numbers: Iterable[int]) -> int:
        """How many of these products are known."""
        return sum(number in self._row for number in numbers)

    def cosines(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """The cosines of these products, of those that are known."""
        known = {number: row for number in numbers if (row := self._row.get(number)) is not None}
        found = self._columns.vectors[list(known.values())].astype(np.float32)
        cosines = found @ vector / np.maximum(np.linalg.norm(found, axis=1), 1e-9)
        return dict(zip(known, cosines.tolist(), strict=True))


def _bits_apart(bits: npt.NDArray[np.uint64], wanted: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint16]:
    """How many bits of each column differ; a block at a time, so that what is between stays in the processor's cache."""
    count = bits.shape[1]
    apart = np.zeros(count, np.uint16)
    differing, ones = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint8)
    for start in range(0, count, BLOCK):
        part = apart[start : start + BLOCK]
        size = len(part)
        for word, row in zip(wanted, bits, strict=True):
            np.bitwise_xor(row[start : start + size], word, out=differing[:size])
            np.bitwise_count(differing[:size], out=ones[:size])
            part += ones[:size]
    return apart


def _least(apart: npt.NDArray[np.uint16], most: int) -> npt.NDArray[np.intp]:
    """Where the smallest are, none of them far; by counting, since there are few different ones."""
    limit = int(np.searchsorted(np.bincount(apart).cumsum(), most))
    below = np.flatnonzero(apart < min(limit, FAR))
    if limit >= FAR or len(below) >= most:
        return below
    return np.concatenate([below, np.flatnonzero(apart == limit)[: most - len(below)]])


def _in_scope(programs: npt.NDArray[np.int64], scope: Scope) -> Mask:
    if scope.only is None:
        shown: Mask = programs != FREE
        return shown & ~_among(programs, scope.never) if scope.never else shown
    return _among(programs, scope.only - scope.never)


def _among(programs: npt.NDArray[np.int64], chosen: Collection[str]) -> Mask:
    numbers = [number_of(program) for program in chosen]
    found: Mask = (
        np.isin(programs, np.array(numbers, np.int64)) if len(numbers) != 1 else programs == numbers[0]
    )
    return found
