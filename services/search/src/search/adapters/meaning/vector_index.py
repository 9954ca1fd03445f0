"""Vectors in memory: one bit for each dimension to find the nearest, eight bits to order them.

A scan and not a graph of neighbours: at 200,000 products it takes a few milliseconds, filters are exact, and changes need
no repair of a graph.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from search.adapters.meaning.models import Matrix
from search.domain.documents import number_of
from search.domain.queries import Scope

COARSE_WORDS, COARSE_ROWS = 4, 8_000
"""All rows are compared by their first words of 64 bits; the nearest of them are compared by all bits."""
EXACT_ROWS = 800
"""The nearest by all bits are compared by cosine."""
FAR = 65_535
FREE = np.int64(-1)
FIRST_ROWS = 1_024
BLOCK = 16_384
EVERYWHERE = Scope()

Bytes = npt.NDArray[np.int8]
Mask = npt.NDArray[np.bool_]


class _Columns:
    """Rows of equal length; the bits are stored word by word, in the order of the scan."""

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


def as_bytes(vectors: Matrix) -> Bytes:
    """Vectors in eight bits for each dimension; their length is lost, which cosines do not need."""
    scaled: Bytes = np.round(vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127).astype(np.int8)
    return scaled


class VectorIndex:
    """The vectors of one model. One thread may change it while others search: they see each row before or after."""

    def __init__(self, dimensions: int) -> None:
        self._columns = _Columns(FIRST_ROWS, dimensions)
        self._row: dict[int, int] = {}
        self._used = 0

    def __len__(self) -> int:
        return len(self._row)

    def put(self, numbers: Sequence[int], programs: Sequence[int], vectors: Bytes) -> None:
        """Add or replace the vectors of these products."""
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

    def remove(self, numbers: Collection[int]) -> None:
        """Remove these products; the last row fills the gap."""
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

    def nearest(self, vector: Matrix, scope: Scope, limit: int) -> dict[int, float]:
        """Number and cosine of the nearest products in the scope."""
        columns, used = self._columns, self._used
        if not used:
            return {}
        query = np.packbits(vector > 0).view(np.uint64)
        distances = _hamming(columns.bits[:COARSE_WORDS, :used], query[:COARSE_WORDS])
        if scope != EVERYWHERE:
            distances[~_in_scope(columns.programs[:used], scope)] = FAR
        rows = _smallest(distances, COARSE_ROWS)
        rows = rows[_smallest(_hamming(columns.bits[:, rows], query), EXACT_ROWS)]
        found = columns.vectors[rows].astype(np.float32)
        cosines = found @ vector / np.maximum(np.linalg.norm(found, axis=1), 1e-9)
        best = np.argsort(-cosines, kind="stable")[:limit]
        return dict(zip(columns.numbers[rows[best]].tolist(), cosines[best].tolist(), strict=True))

    def count(self, numbers: Iterable[int]) -> int:
        """How many of these products it has."""
        return sum(number in self._row for number in numbers)

    def cosines(self, vector: Matrix, numbers: Sequence[int]) -> dict[int, float]:
        """The cosines of those of these products that it has."""
        known = {number: row for number in numbers if (row := self._row.get(number)) is not None}
        found = self._columns.vectors[list(known.values())].astype(np.float32)
        cosines = found @ vector / np.maximum(np.linalg.norm(found, axis=1), 1e-9)
        return dict(zip(known, cosines.tolist(), strict=True))


def _hamming(bits: npt.NDArray[np.uint64], query: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint16]:
    """How many bits of each column differ; block by block, so that intermediate values stay in the processor's cache."""
    count = bits.shape[1]
    distances = np.zeros(count, np.uint16)
    differing, ones = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint8)
    for start in range(0, count, BLOCK):
        part = distances[start : start + BLOCK]
        size = len(part)
        for word, row in zip(query, bits, strict=True):
            np.bitwise_xor(row[start : start + size], word, out=differing[:size])
            np.bitwise_count(differing[:size], out=ones[:size])
            part += ones[:size]
    return distances


def _smallest(distances: npt.NDArray[np.uint16], count: int) -> npt.NDArray[np.intp]:
    """The rows with the smallest distances, out-of-scope ones excluded; by counting, since there are few distinct values."""
    limit = int(np.searchsorted(np.bincount(distances).cumsum(), count))
    below = np.flatnonzero(distances < min(limit, FAR))
    if limit >= FAR or len(below) >= count:
        return below
    return np.concatenate([below, np.flatnonzero(distances == limit)[: count - len(below)]])


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
