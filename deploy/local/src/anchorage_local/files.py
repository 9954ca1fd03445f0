"""Files that other programs wait for and must never read half written."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE = 0o600


def write_atomically(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Write a file that appears complete or not at all, with `mode` from the start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    part.replace(path)
