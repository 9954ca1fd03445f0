"""The rows of a run: printed as they are measured, and kept in a file, from which a stopped run continues."""

from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.costs import pace

KILOBYTE, GIGABYTE = 1024, 1024**3


class Report:
    """Rows by part and name, each with the `pace` before and after it. Rows that are in `file` are printed from there and
    not measured again."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._rows: list[dict[str, Any]] = []
        if file is not None and file.exists():
            self._rows = orjson.loads(file.read_bytes())
        self._part = ""

    def row(
        self,
        part: str,
        name: str,
        measure: Callable[[], Sequence[object]],
        failures: tuple[type[Exception], ...] = (),
    ) -> bool:
        """Measure and print a row; False when one of `failures` is raised, which is printed and not kept."""
        row = next((row for row in self._rows if (row["part"], row["name"]) == (part, name)), None)
        fresh = row is None
        if row is None:
            before = pace()
            try:
                found = measure()
            except failures as failure:
                self._print(part, name, f"not measured: {type(failure).__name__}: {failure}"[:300])
                return False
            row = {
                "part": part,
                "name": name,
                "text": "  ".join(map(str, found)),
                "pace": [before, pace()],
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "figures": orjson.loads(orjson.dumps(found)),
            }
            self._keep(row)
        pace_then = " and ".join(f"{step:.0f}" for step in row["pace"])
        self._print(part, name, f"{row['text']}  (pace {pace_then}{'' if fresh else ', ' + row['at']})")
        return True

    def _keep(self, row: dict[str, Any]) -> None:
        self._rows.append(row)
        if self._file is not None:
            part = self._file.with_name(self._file.name + ".part")
            part.write_bytes(orjson.dumps(self._rows, option=orjson.OPT_INDENT_2))
            part.replace(self._file)

    def _print(self, part: str, name: str, text: str) -> None:
        if part != self._part:
            print(f"\n{part}", flush=True)
            self._part = part
        print(f"  {name:12} {text}", flush=True)


def memory() -> str:
    """The peak memory of this process, and of the largest child process that has ended."""
    own, other = (
        resource.getrusage(who).ru_maxrss * KILOBYTE / GIGABYTE
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return f"most memory: {own:.1f} GB here, {other:.1f} GB in the largest process started"
