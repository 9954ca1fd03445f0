"""Index and state on disk, in generations: a rebuild fills a new folder next to the current one, then swaps them."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from search.adapters.sqlite_state import LAYOUT, SqliteState
from search.application.ports import ProductIndex, ProductVectors

log = logging.getLogger(__name__)

CURRENT = "current"
"""The file that names the current folder; replaced in one step."""
LAYOUT_SETTING = "layout"

OpenIndex = Callable[[Path], tuple[ProductIndex, ProductVectors | None]]


@dataclass(slots=True)
class FolderGeneration:
    """One index with its state, in a folder."""

    name: str
    folder: Path
    index: ProductIndex
    state: SqliteState
    vectors: ProductVectors | None = None

    def close(self) -> None:
        self.index.close()
        self.state.close()

    def remove(self) -> None:
        self.index.discard()
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class FolderGenerations:
    """The folders below `root`. One that cannot be used is deleted: the streams can rebuild it."""

    def __init__(
        self, root: Path, open_index: OpenIndex, new_name: Callable[[], str], layout: str = str(LAYOUT)
    ) -> None:
        self._root = root
        self._layout = layout
        self._open_index = open_index
        self._new_name = new_name

    def current(self) -> FolderGeneration:
        """The current generation; an empty one when there is none of this layout that is complete."""
        self._root.mkdir(parents=True, exist_ok=True)
        pointer = self._root / CURRENT
        if pointer.exists():
            try:
                found = self._open(pointer.read_text(encoding="utf-8").strip())
                if self._is_complete(found):
                    self._sweep(found.name)
                    return found
                found.remove()
                log.warning("the index has another layout or has lost its products; rebuilding it")
            except Exception:
                log.exception("the index cannot be opened; rebuilding it")
        fresh = self.fresh()
        self.make_current(fresh.name)
        return fresh

    def fresh(self) -> FolderGeneration:
        """A new, empty generation."""
        fresh = self._open(self._new_name())
        fresh.state.put_setting(LAYOUT_SETTING, self._layout)
        return fresh

    def make_current(self, name: str) -> None:
        """Use this one from the next start on, and delete the others."""
        written = self._root / f"{CURRENT}.new"
        written.write_text(name, encoding="utf-8")
        os.replace(written, self._root / CURRENT)
        self._sweep(name)

    def _is_complete(self, found: FolderGeneration) -> bool:
        has_layout = found.state.setting(LAYOUT_SETTING) == self._layout
        return has_layout and (found.index.size > 0 or not found.state.has_products())

    def _open(self, name: str) -> FolderGeneration:
        folder = self._root / name
        folder.mkdir(parents=True, exist_ok=True)
        index, vectors = self._open_index(folder)
        return FolderGeneration(name, folder, index, SqliteState(folder), vectors)

    def _sweep(self, kept: str) -> None:
        for folder in self._root.iterdir():
            if folder.is_dir() and folder.name != kept:
                shutil.rmtree(folder, ignore_errors=True)
