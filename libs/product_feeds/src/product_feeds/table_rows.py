"""CSV and TSV: a header with the fields' names, then one row for each product (RFC 4180, and what spreadsheets make of it)."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from product_feeds.rows import BadLine, Row, Unreadable, field_name, lines_of, too_long

DELIMITERS = ("\t", ",", ";", "|")
"""The first of those that occur most often in the header is taken."""
MAX_RECORD = 128 * 1024
"""Characters of a row whose quoted cells go over several lines; `csv` takes no larger cell."""
UNCLOSED = "A cell opens with a quotation mark that is never closed. Close it, or double it if it is part of the text."
_TO_CLOSING = re.compile(r'[^"]*+(?:""[^"]*+)*+"')
_NO_BLANK = re.compile(r"[^ ]|$")
_MARKUP = re.compile(r"\s*<(!doctype html|html|\?xml|rss|feed)\b", re.IGNORECASE)
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
Numbered = tuple[int, str | None]


def table_rows(text: TextIO) -> Iterator[Row | BadLine]:
    """Each row with the number of its first line. Empty rows are left out.

    A quotation mark that is never closed makes only its own line bad. Raises Unreadable if there is no header with the column
    `id`.
    """
    lines = iter(lines_of(text))
    names, delimiter = _header(lines)
    for number, record in _Records(lines, delimiter):
        if isinstance(record, BadLine):
            yield record
        elif (row := _row(number, record, names, delimiter)) is not None:
            yield row


def _header(lines: Iterator[Numbered]) -> tuple[list[str], str]:
    delimiter = None
    for _, line in lines:
        if line is None:
            break
        if _MARKUP.match(line):
            raise Unreadable(
                "The file is HTML or XML, not CSV. Does the address need a login, or is the feed google_xml?"
            )
        if (stated := _SEPARATOR.fullmatch(line.strip())) is not None:
            delimiter = stated[1]
            continue
        if not line.strip():
            continue
        delimiter = delimiter or max(DELIMITERS, key=line.count)
        names = [field_name(cell) for cell in _cells(line, delimiter)]
        if "id" not in names:
            raise Unreadable(
                f"The first line must name the columns, with `id`, `title`, `price` and others; it has: {line[:200]}"
            )
        return names, delimiter
    raise Unreadable(
        "The file has no header. Its first line must name the columns: id, title, price and others."
    )


class _Records:
    """Joins lines to one row if a quoted cell spans several. Lines after an unclosed quotation mark are read again.

    Each line is looked at twice at most, however many quotation marks are never closed: a line that did not close one cell
    closes none that was opened after it.
    """

    def __init__(self, lines: Iterator[Numbered], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._ahead: deque[tuple[int, str]] = deque()
        """Lines that were read ahead, of which none closes a cell that is open at its start."""
        self._length = 0
        self._following: Numbered | None = None
        """The line after those, if it was read but does not belong to the row."""

    def __iter__(self) -> Iterator[tuple[int, str | BadLine]]:
        while (following := self._next()) is not None:
            number, line = following
            if line is None:
                yield number, too_long(number)
            elif not _is_open(line, self._delimiter):
                yield number, line
            else:
                record = self._closed(line)
                yield number, BadLine(number, UNCLOSED) if record is None else record

    def _next(self) -> Numbered | None:
        if not self._ahead:
            return self._take()
        ahead = self._ahead.popleft()
        self._length -= len(ahead[1]) + 1
        return ahead

    def _take(self) -> Numbered | None:
        """The first line that was not read ahead."""
        taken, self._following = self._following, None
        return taken if taken is not None else next(self._lines, None)

    def _closed(self, line: str) -> str | None:
        """The row that begins with `line`; None if its quoted cell is never closed."""
        while (following := self._take()) is not None:
            number, text = following
            if text is None or len(line) + self._length + len(text) + 1 > MAX_RECORD:
                self._following = following
                return None
            if not _is_open(text, self._delimiter, inside=True):
                record = "\n".join((line, *(ahead for _, ahead in self._ahead), text))
                self._ahead.clear()
                self._length = 0
                return record
            self._ahead.append((number, text))
            self._length += len(text) + 1
        return None


def _is_open(line: str, delimiter: str, *, inside: bool = False) -> bool:
    """Whether a quoted cell is open at the end of the line; `inside` says that one is open at its start."""
    if '"' not in line:
        return inside
    at = 0
    while True:
        if not inside:
            at = _NO_BLANK.search(line, at).start()  # type: ignore[union-attr]
            inside = line.startswith('"', at)
            at += inside
        if inside:
            closing = _TO_CLOSING.match(line, at)
            if closing is None:
                return True
            at, inside = closing.end(), False
        at = line.find(delimiter, at) + 1
        if not at:
            return False


def _cells(record: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([record], delimiter=delimiter, skipinitialspace=True), [])
    return [cell.strip() for cell in cells]


def _row(number: int, record: str, names: list[str], delimiter: str) -> Row | BadLine | None:
    try:
        cells = _cells(record, delimiter)
    except csv.Error as error:
        return BadLine(number, f"The line cannot be read: {error}.")
    if not any(cells):
        return None
    if any(cells[len(names) :]):
        return BadLine(
            number,
            f"The line has {len(cells)} cells, and the header {len(names)} columns. Quote cells that hold the delimiter.",
        )
    fields: dict[str, str] = {}
    for name, cell in zip(names, cells, strict=False):
        if name and cell:
            fields.setdefault(name, cell)
    return Row(number, fields)
