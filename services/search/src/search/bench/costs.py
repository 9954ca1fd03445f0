"""What a query and a product cost, in CPU time of one thread: wall time would measure who else is on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.domain.documents import Product
from search.domain.queries import ProductQuery
from search.engine.tantivy_index import TantivyIndex

PAGE = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of CPU a query."""

    p50: float
    p99: float

    def __str__(self) -> str:
        return f"CPU p50 {self.p50:.3f} ms  p99 {self.p99:.3f} ms"


def cost_of(ask: Callable[[str], object], queries: Sequence[str], at_least: int = 1_000) -> Cost:
    """CPU of asking the queries one after the other, often enough for a 99th percentile; a first round is not counted."""
    for query in queries:
        ask(query)
    taken = []
    for _ in range(-(-at_least // len(queries))):
        for query in queries:
            started = time.thread_time_ns()
            ask(query)
            taken.append(time.thread_time_ns() - started)
    taken.sort()
    return Cost(taken[len(taken) // 2] / 1e6, taken[len(taken) * 99 // 100] / 1e6)


@dataclass(frozen=True, slots=True)
class Filling:
    """How an index was filled with one thread that writes."""

    products: int
    wall_seconds: float
    cpu_seconds: float
    bytes_each: float

    def __str__(self) -> str:
        return (
            f"{self.products / self.wall_seconds:,.0f} products/s on the clock, "
            f"{self.products / self.cpu_seconds:,.0f} a CPU second, {self.bytes_each:.0f} bytes each"
        )


def filled(folder: Path, products: Sequence[Product]) -> tuple[TantivyIndex, Filling]:
    """A new index on disk with these products, and what that cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    index = TantivyIndex(folder)
    index.put(products)
    index.commit()
    index.refresh()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return index, Filling(len(products), wall, cpu, size / len(products))


def page_of(index: TantivyIndex) -> Callable[[str], object]:
    """Asking for one page."""
    return lambda query: index.search(ProductQuery(query, limit=PAGE))
