"""Index and state on disk, in generations: a rebuild fills a new folder beside the one that answers, then swaps."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from search.adapters.state import LAYOUT, State
from search.engine.port import ProductIndex

log = logging.getLogger(__name__)

CURRENT = "current"
"""The file that says which folder answers; replaced in one step."""
LAYOUT_FACT = "layout"

OpenIndex = Callable[[Path], ProductIndex]


@dataclass(slots=True)
class Generation:
    """One index with its state."""

    name: str
    folder: Path
    index: ProductIndex
    state: State

    def close(self) -> None:
        """Give up its files."""
        self.index.close()
        self.state.close()

    def remove(self) -> None:
        """Give up its files and what the engine keeps of it."""
        self.index.discard()
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Generations:
    """The folders below `root`. Whatever is there and cannot be read is left behind: the streams have it all."""

    def __init__(
        self, root: Path, open_index: OpenIndex, new_name: Callable[[], str], layout: str = str(LAYOUT)
    ) -> None:
        self._root = root
        self._layout = layout
        self._open_index = open_index
        self._new_name = new_name

    def current(self) -> Generation:
        """The generation that answers, an empty one when there is none of this layout."""
        self._root.mkdir(parents=True, exist_ok=True)
        pointer = self._root / CURRENT
        if pointer.exists():
            try:
                found = self._open(pointer.read_text().strip())
                if self._is_whole(found):
                    self._sweep(found.name)
                    return found
                found.remove()
                log.warning("the index is of another layout or has lost its products, and is made anew")
            except Exception:
                log.exception("the index cannot be opened and is made anew")
        made = self.fresh()
        self.make_current(made)
        return made

    def fresh(self) -> Generation:
        """A new, empty generation."""
        made = self._open(self._new_name())
        made.state.put_fact(LAYOUT_FACT, self._layout)
        return made

    def make_current(self, generation: Generation) -> None:
        """Let this one answer from the next start on, and remove the others."""
        written = self._root / f"{CURRENT}.new"
        written.write_text(generation.name)
        os.replace(written, self._root / CURRENT)
        self._sweep(generation.name)

    def _is_whole(self, found: Generation) -> bool:
        of_this_layout = found.state.fact(LAYOUT_FACT) == self._layout
        return of_this_layout and (found.index.size > 0 or not found.state.has_products())

    def _open(self, name: str) -> Generation:
        folder = self._root / name
        folder.mkdir(parents=True, exist_ok=True)
        return Generation(name, folder, self._open_index(folder), State(folder))

    def _sweep(self, kept: str) -> None:
        for folder in self._root.iterdir():
            if folder.is_dir() and folder.name != kept:
                shutil.rmtree(folder, ignore_errors=True)
