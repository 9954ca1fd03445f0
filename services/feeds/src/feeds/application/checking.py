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
from product_feeds.rows import BadLine, Row, Unreadable
from product_feeds.staging import FeedProduct, Staging

MAX_BATCH = 500
"""Lines that are read, or put together to products, at a time, so that other work gets its turn in between."""


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
    while True:
        errors: list[LineError] = []
        lines = bad = 0
        for row in islice(rows, MAX_BATCH):  # one at a time: each may have a megabyte
            found_wrong = _check(row, categories, staging)
            errors += found_wrong
            lines, bad = lines + 1, bad + bool(found_wrong)
        if not lines:
            return
        yield CheckedLines(lines, bad, errors)


def _check(row: Row | BadLine, categories: Categories, staging: Staging) -> list[LineError]:
    """Keep the row if it is a right line; returns what is wrong with it."""
    found = read_line(row, categories) if isinstance(row, Row) else [unreadable_line(row)]
    if isinstance(found, FeedLine):
        twin = staging.add(found)
        return [twin] if twin is not None else []
    for product_id in {error.product_id for error in found} - {""}:
        staging.add_wrong(product_id)
    return found


async def left_out_of(staging: Staging) -> AsyncIterator[list[LineError]]:
    """What is wrong with lines of a checked file that no product takes, in batches."""
    errors = staging.left_out()
    while batch := await asyncio.to_thread(lambda: list(islice(errors, MAX_BATCH))):
        yield batch


async def products_of(staging: Staging) -> AsyncIterator[list[FeedProduct]]:
    """The products of a checked file by id, in batches."""
    products = staging.products()
    while batch := await asyncio.to_thread(_taken, products):
        yield batch


def _taken(products: Iterator[FeedProduct]) -> list[FeedProduct]:
    """The next products, with at least MAX_BATCH lines together unless they are the last."""
    taken: list[FeedProduct] = []
    lines = 0
    for product in products:
        taken.append(product)
        lines += len(product.skus)
        if lines >= MAX_BATCH:
            break
    return taken
