"""The text in a file: unpacked if it is gzip, and decoded by the character set that is detected."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from product_feeds.rows import Unreadable

MAX_UNPACKED = 2 * 1024**3
"""Bytes: a million lines of two kilobytes."""
MAX_RATIO = 200
"""How many times larger a gzip file may become. Feeds become ten to fifty times larger, gzip bombs a thousand times."""
FREE_BYTES = 16 * 1024**2
"""A file may unpack to this size at any ratio."""
CHUNK = 256 * 1024
SURE = 8
"""If this many characters beyond ASCII are valid UTF-8 before the first invalid byte, the file is UTF-8 with a fault. Text in another
character set fails at its first or second one."""

_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_GZIP = b"\x1f\x8b"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_DECLARABLE = frozenset({"ascii", "utf-8", "gbk", "gb2312", "gb18030", "big5", "iso8859-1", "cp1252"})
_WIDENED = {"gb2312": "gb18030", "gbk": "gb18030", "ascii": "utf-8"}
"""A character set that contains the declared one; files often have characters beyond what they declare."""


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """The text of a feed, with all line ends as `\\n`. Raises Unreadable, also while it is read.

    A byte order mark or an XML declaration decides the character set. Without them, the whole file is decoded strictly, as UTF-8 and then
    as GB18030 (which contains GBK). Memory does not grow with the file.
    """
    try:
        encoding = _encoding_of(path)
        with _unpacked(path) as data, io.TextIOWrapper(data, encoding=encoding, errors="strict") as text:
            yield text
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"The file is not {error.encoding.upper()} throughout: {error.reason}. Save it as UTF-8."
        ) from None


def _encoding_of(path: Path) -> str:
    with _unpacked(path) as data:
        start = data.read(1024)
    if not start.strip():
        raise Unreadable("The file is empty.")
    if start.startswith(_OFFICE):
        raise Unreadable(
            "The file is an Excel workbook or a ZIP archive. Save the sheet as CSV in UTF-8, or pack the file with gzip."
        )
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if b"\0" in start[:2]:
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    if (declared := _DECLARED.match(start.lstrip())) is not None:
        return _declared(declared[1].decode("ascii"))
    return _guessed(path)


def _declared(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = name
    if known not in _DECLARABLE:
        raise Unreadable(f"The file declares the character set {name}. Save it as UTF-8.")
    return _WIDENED.get(known, known)


def _guessed(path: Path) -> str:
    """UTF-8 if the whole file is, otherwise GB18030 if the whole file is."""
    with _unpacked(path) as data:
        fault = _first_fault(data, "utf-8")
    if fault is None:
        return "utf-8"
    line, valid = fault
    if valid < SURE:
        with _unpacked(path) as data:
            if _first_fault(data, "gb18030") is None:
                return "gb18030"
    raise Unreadable(f"Line {line} has a byte that is neither UTF-8 nor GB18030. Save the file as UTF-8.")


def _first_fault(data: BinaryIO, encoding: str) -> tuple[int, int] | None:
    """The line of the first byte that is not `encoding`, and how many characters beyond ASCII come before it; None if all bytes are."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line, beyond_ascii = 1, 0
    while True:
        chunk = data.read(CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            valid = sum(1 for byte in good if byte >= 0xC0)
            return line + good.count(b"\n"), beyond_ascii + valid
        line += chunk.count(b"\n")
        beyond_ascii += 0 if text.isascii() else sum(1 for character in text if character > "\x7f")
        if not chunk:
            return None


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        is_packed = file.read(2) == _GZIP
        file.seek(0)
        if not is_packed:
            yield file
            return
        packed = path.stat().st_size
        with gzip.GzipFile(fileobj=file) as unpacked, io.BufferedReader(_Capped(unpacked, packed)) as data:
            yield data


class _Capped(io.RawIOBase):
    """The content of a gzip file. Raises Unreadable if it is damaged, or too large."""

    def __init__(self, unpacked: gzip.GzipFile, packed: int) -> None:
        self._unpacked = unpacked
        self._most = min(MAX_UNPACKED, max(FREE_BYTES, packed * MAX_RATIO))
        self._length = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._unpacked.readinto(buffer)
        except (OSError, EOFError, zlib.error):
            raise Unreadable("The gzip file is damaged or cut off. Pack it again.") from None
        self._length += count
        if self._length > self._most:
            raise Unreadable(
                f"The gzip file unpacks to more than {self._most} bytes. Split the feed, or send it unpacked."
            )
        return count
