"""CSV and TSV: a header with the fields' names, then one row for each product (RFC 4180, and what spreadsheets make of it)."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from itertools import chain
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
    for number, record in _records(lines, delimiter):
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


def _records(lines: Iterator[Numbered], delimiter: str) -> Iterator[tuple[int, str | BadLine]]:
    """Joins lines to one row if a quoted cell spans several. Lines after an unclosed quotation mark are read again."""
    waiting: deque[Numbered] = deque()
    while True:
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            return
        number, line = following
        if line is None:
            yield number, too_long(number)
        elif not _is_open(line, delimiter):
            yield number, line
        else:
            record, taken = _closed(line, chain(_drained(waiting), lines), delimiter)
            if record is None:
                waiting.extendleft(reversed(taken))
            yield number, BadLine(number, UNCLOSED) if record is None else record


def _drained(waiting: deque[Numbered]) -> Iterator[Numbered]:
    while waiting:
        yield waiting.popleft()


def _closed(line: str, lines: Iterator[Numbered], delimiter: str) -> tuple[str | None, list[Numbered]]:
    """The row that begins with `line`, None if its quoted cell is never closed; and the further lines that were read for it."""
    taken: list[Numbered] = []
    parts, length = [line], len(line)
    for following in lines:
        taken.append(following)
        further = following[1]
        if further is None:
            break
        parts.append(further)
        length += len(further) + 1
        if length > MAX_RECORD:
            break
        if not _is_open(further, delimiter, inside=True):
            return "\n".join(parts), taken
    return None, taken


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
