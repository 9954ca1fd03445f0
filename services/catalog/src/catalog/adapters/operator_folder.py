"""The operator's folder of pictures and videos."""

from __future__ import annotations

import asyncio
from pathlib import Path

from catalog.domain.picture import FOLDER_TYPES


class MediaFolder:
    """Implements `OperatorFolder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def find(self, path: str) -> Path | None:
        """The file at `path`; None if there is none, or if the path or a link leads outside."""
        return await asyncio.to_thread(locate, self._folder, path)


def locate(folder: Path, path: str) -> Path | None:
    """The file at `path` inside `folder`; None if there is none, or if the path or a link leads outside."""
    root = folder.resolve()
    try:
        found = (root / path).resolve(strict=True)
    except (OSError, ValueError):
        return None
    if not found.is_relative_to(root) or not found.is_file() or found.suffix.lower() not in FOLDER_TYPES:
        return None
    return found
