"""What every format gives: rows with named fields, and the lines that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

MAX_LINE = 1024 * 1024
"""Characters of one line of a CSV or JSON Lines file, and of one item of an XML file."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


class Unreadable(Exception):
    """The whole file is refused; the text says why, where, and what would be right."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a feed: field names as Google writes them, without `g:`, each with a text that is not empty."""

    line: int
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be read as a row; `message` says why and what would be right."""

    line: int
    message: str


def field_name(written: str) -> str:
    """A field's name as Google writes it: `id` of `g:ID`, `item_group_id` of `Item Group ID` or `itemGroupId`."""
    spaced = _CAMEL.sub("_", written.strip().rpartition(":")[2])
    return _NOT_A_NAME.sub("_", spaced.lower()).strip("_")


def lines_of(text: TextIO) -> Iterator[tuple[int, str | None]]:
    """Each line with its number, without its line end; None for a line that is too long, which is not kept in memory."""
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) <= MAX_LINE or line.endswith("\n"):
            yield number, line.removesuffix("\n")
            continue
        while line and not line.endswith("\n"):
            line = text.readline(MAX_LINE)
        yield number, None


def too_long(line: int) -> BadLine:
    """For a line that `lines_of` has not kept."""
    return BadLine(
        line, f"The line is longer than {MAX_LINE} characters. Is a line end or a quotation mark missing?"
    )
