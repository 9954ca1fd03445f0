"""Reads the whole file and checks each line, before anything is applied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from feeds.domain.errors import RunRefused
from feeds.domain.feed import Format
from product_feeds.lines import Categories, FeedLine, LineError, read_line, unreadable_line
from product_feeds.reading import read_rows
from product_feeds.rows import Row, Unreadable
from product_feeds.staging import FeedProduct, Staging

MAX_BATCH = 500
"""Lines or products that are read at a time, so that other work gets its turn in between."""


@dataclass(frozen=True, slots=True)
class CheckedLines:
    """A batch of lines: how many there are, how many of them are rejected, and what is wrong with those."""

    lines: int
    bad: int
    errors: list[LineError]


async def check_lines(
    path: Path, written_as: Format, categories: Categories, staging: Staging
) -> AsyncIterator[CheckedLines]:
    """Read the file into `staging`, in threads. Raises RunRefused if it cannot be read at all."""
    batches = _batches(path, written_as, categories, staging)
    try:
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            yield batch
    except Unreadable as error:
        raise RunRefused(str(error)) from None


def _batches(
    path: Path, written_as: Format, categories: Categories, staging: Staging
) -> Iterator[CheckedLines]:
    rows = read_rows(path, written_as)
    while taken := list(islice(rows, MAX_BATCH)):
        errors: list[LineError] = []
        bad = 0
        for row in taken:
            found = read_line(row, categories) if isinstance(row, Row) else [unreadable_line(row)]
            if isinstance(found, FeedLine):
                twin = staging.add(found)
                found_wrong = [twin] if twin is not None else []
            else:
                found_wrong = found
            errors += found_wrong
            bad += bool(found_wrong)
        yield CheckedLines(len(taken), bad, errors)


async def products_of(staging: Staging) -> AsyncIterator[list[tuple[FeedProduct, list[LineError]]]]:
    """The products of a checked file by id, in batches, each with what is wrong with those of its lines that are left out."""
    products = staging.products()
    while batch := await asyncio.to_thread(lambda: list(islice(products, MAX_BATCH))):
        yield batch
