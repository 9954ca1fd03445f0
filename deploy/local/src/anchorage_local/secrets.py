"""Secrets of a local installation: generated once, kept in files that only their owner can read."""

from __future__ import annotations

import secrets
from pathlib import Path

from anchorage_local.files import PRIVATE, write_atomically


class Secrets:
    """The secrets in one folder, each in a file of its name. An existing one is never replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, name: str) -> Path:
        """A folder for a program that manages its own key files."""
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def token(self, name: str) -> str:
        """A random secret of 256 bits in hexadecimal, for HMACs and clients."""
        path = self._folder / name
        if not path.exists():
            write_atomically(path, secrets.token_hex(32), PRIVATE)
        return path.read_text(encoding="utf-8")
