"""What benchmarks share: CPU time of the running parts by role, percentiles, a table."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

from anchorage_demo.platforms import load_platforms

DATA = Path(os.environ.get("ANCHORAGE_DATA", ".data"))
APART = frozenset({"alipay_sandbox", "host_demo", *(platform.slug for platform in load_platforms())})
"""Not part of what a shop pays for an order: the sandbox stands for Alipay, and platforms are other people's systems."""


def demo() -> dict[str, Any]:
    """The running demo; raises SystemExit when there is none."""
    file = DATA / "demo.json"
    if not file.exists():
        raise SystemExit(f"{file} is not there: start the demo with `make run` and try again.")
    installation: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return installation


class Cpu:
    """CPU seconds of every process of the installation, by the name of its part."""

    def __init__(self, record: Path = DATA / "run.json") -> None:
        self._processes = processes(record)

    def read(self) -> dict[str, float]:
        """Seconds so far (user and system), with those of children."""
        return {name: sum(map(_seconds, processes)) for name, processes in self._processes.items()}


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def processes(record: Path) -> dict[str, list[psutil.Process]]:
    """The processes of each part of the installation. The record names each part with its process; a part may have children of its own."""
    parts = json.loads(record.read_text(encoding="utf-8"))["children"]
    roots = {name: psutil.Process(part["pid"]) for name, part in parts.items()}
    return {name: [root, *root.children(recursive=True)] for name, root in roots.items()}


def difference(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """Seconds used between two readings."""
    return {name: after[name] - before.get(name, 0.0) for name in after}


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of `values` do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def milliseconds(values: Sequence[float]) -> str:
    """p50 / p99 / max of seconds, in milliseconds."""
    return " / ".join(f"{1000 * percentile(values, share):.0f}" for share in (0.5, 0.99, 1.0))
