"""The cost of a query and of a product, in CPU time of one thread: wall time would measure other processes too."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from search.application.ports import ProductIndex
from search.domain.documents import Product
from search.domain.queries import ProductQuery, Scope

PAGE = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a query: CPU, or wall clock where another process does the work."""

    p50: float
    p99: float
    of: str

    def __str__(self) -> str:
        return f"{self.of} p50 {self.p50:.3f} ms  p99 {self.p99:.3f} ms"


def cost_of(
    ask: Callable[[str], object], queries: Sequence[str], *, at_least: int = 1_000, clock: bool = False
) -> Cost:
    """Run the queries one after the other, often enough for a 99th percentile; a first round is not counted."""
    now = time.perf_counter_ns if clock else time.thread_time_ns
    for query in queries[:at_least]:
        ask(query)
    taken = []
    for _ in range(-(-at_least // len(queries))):
        for query in queries:
            started = now()
            ask(query)
            taken.append(now() - started)
    taken.sort()
    return Cost(
        taken[len(taken) // 2] / 1e6, taken[len(taken) * 99 // 100] / 1e6, "clock" if clock else "CPU"
    )


@dataclass(frozen=True, slots=True)
class Filling:
    """The cost of filling an index with one writing thread."""

    products: int
    wall_seconds: float
    cpu_seconds: float
    bytes_each: float

    def __str__(self) -> str:
        cpu = f"{self.products / self.cpu_seconds:,.0f} a CPU second, " if self.cpu_seconds else ""
        return f"filled at {self.products / self.wall_seconds:,.0f} products/s on the clock, {cpu}{self.bytes_each:.0f} bytes each"


@dataclass(frozen=True, slots=True)
class Stored:
    """The size of an index on disk."""

    bytes_each: float

    def __str__(self) -> str:
        return f"{self.bytes_each:.0f} bytes each"


def filling(
    count: int, fill: Callable[[], object], size: Callable[[], int], *, elsewhere: bool = False
) -> Filling:
    """Call `fill` and measure it; `elsewhere`: another process does the work, so that our CPU time says nothing."""
    wall, cpu = time.perf_counter(), time.process_time()
    fill()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Filling(count, wall, 0.0 if elsewhere else cpu, size() / count)


def pace() -> float:
    """Nanoseconds of CPU for a step of a plain loop: on a shared machine, every CPU time varies with it."""
    steps = 300_000
    started, total = time.thread_time_ns(), 0
    for number in range(steps):
        total += number * number
    return (time.thread_time_ns() - started) / steps


def put_all(index: ProductIndex, products: Sequence[Product], batch: int | None = None) -> None:
    """Index all products, in batches of `batch` with a commit each, and make them visible."""
    step = batch or max(len(products), 1)
    for at in range(0, len(products), step):
        index.put(products[at : at + step])
        index.commit()
    index.refresh()


def size_of(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def page_of(index: ProductIndex, scope: Scope = Scope()) -> Callable[[str], object]:  # noqa: B008 - a value
    """A function that searches for one page."""
    return lambda query: index.search(ProductQuery(query, scope, limit=PAGE))
