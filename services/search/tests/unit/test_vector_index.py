"""Vectors in memory."""

from __future__ import annotations

import numpy as np

from search.adapters.meaning.models import Matrix
from search.adapters.meaning.vector_index import EXACT_ROWS, VectorIndex, as_bytes
from search.domain.documents import number_of
from search.domain.queries import Scope

EVERYWHERE = Scope()


def random_vectors(count: int, seed: int) -> Matrix:
    made = np.random.default_rng(seed).normal(size=(count, 128)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_the_nearest_by_bits_and_bytes_are_the_nearest() -> None:
    vectors, index = random_vectors(5_000, 1), VectorIndex(128)
    index.put(range(5_000), [n % 7 for n in range(5_000)], as_bytes(vectors))
    kept = 0
    for query in random_vectors(20, 2):
        truly = set(np.argsort(-(vectors @ query))[:10].tolist())
        kept += len(truly & index.nearest(query, EVERYWHERE, 10).keys())
    assert kept >= 0.9 * 200
    assert EXACT_ROWS < 5_000


def test_a_scope_is_exact_however_small_it_is() -> None:
    vectors, index = random_vectors(3_000, 3), VectorIndex(128)
    programs = [number_of("tiny" if n in (7, 2_999) else "big") for n in range(3_000)]
    index.put(range(3_000), programs, as_bytes(vectors))
    assert index.nearest(vectors[0], Scope(only=frozenset({"tiny"})), 10).keys() == {7, 2_999}
    assert not index.nearest(vectors[7], Scope(never=frozenset({"tiny"})), 10).keys() & {7, 2_999}
    assert index.nearest(vectors[0], Scope(only=frozenset({"nobody"})), 10) == {}


def test_removed_vectors_are_gone_and_the_others_stay() -> None:
    vectors, index = random_vectors(2_500, 4), VectorIndex(128)
    index.put(range(2_500), [1] * 2_500, as_bytes(vectors))
    gone = set(range(0, 2_500, 3))
    index.remove(gone)
    index.remove([12_345])
    assert len(index) == 2_500 - len(gone)
    for n in range(0, 2_500, 50):
        assert next(iter(index.nearest(vectors[n], EVERYWHERE, 1))) == n or n in gone
    index.put([3], [1], as_bytes(vectors[[3]]))
    assert next(iter(index.nearest(vectors[3], EVERYWHERE, 1))) == 3
