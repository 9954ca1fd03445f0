"""`anchorage` as an operator runs it: a process of its own, on the installation of a data folder."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """What it printed with `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]


async def anchorage(folder: Path, *command: str, within: float = 90, **settings: str) -> Ended:
    """Run it; `settings` are ANCHORAGE_* variables, by their names in lower case. No others are set."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANCHORAGE_")}
    given = {f"ANCHORAGE_{name.upper()}": value for name, value in settings.items()}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "anchorage_cli.main", *command],
            env=clean | given | {"ANCHORAGE_DATA": str(folder)},
            capture_output=True,
            encoding="utf-8",
            timeout=within,
            check=False,
        )

    ended = await asyncio.to_thread(run)
    return Ended(ended.returncode, ended.stdout, ended.stderr)
