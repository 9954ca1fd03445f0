"""The whole file is read, and each of its lines checked, before anything is applied."""

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

AT_ONCE = 500
"""Lines that are read, or put together to products, before others get their turn."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some lines that were read: how many, how many of them are rejected, and what is wrong with those."""

    lines: int
    bad: int
    errors: list[LineError]


async def check_lines(
    path: Path, written_as: Format, categories: Categories, staging: Staging
) -> AsyncIterator[Portion]:
    """Read the file into `staging`, in threads. Raises RunRefused if it cannot be read at all."""
    portions = _portions(path, written_as, categories, staging)
    try:
        while (portion := await asyncio.to_thread(next, portions, None)) is not None:
            yield portion
    except Unreadable as error:
        raise RunRefused(str(error)) from None


def _portions(path: Path, written_as: Format, categories: Categories, staging: Staging) -> Iterator[Portion]:
    rows = read_rows(path, written_as)
    while True:
        errors: list[LineError] = []
        lines = bad = 0
        for row in islice(rows, AT_ONCE):  # one at a time: each may have a megabyte
            found_wrong = _check(row, categories, staging)
            errors += found_wrong
            lines, bad = lines + 1, bad + bool(found_wrong)
        if not lines:
            return
        yield Portion(lines, bad, errors)


def _check(row: Row | BadLine, categories: Categories, staging: Staging) -> list[LineError]:
    """Keep the row if it is a right line; gives what is wrong with it."""
    found = read_line(row, categories) if isinstance(row, Row) else [unreadable_line(row)]
    if isinstance(found, FeedLine):
        twin = staging.add(found)
        return [twin] if twin is not None else []
    for product_id in {error.product_id for error in found} - {""}:
        staging.add_wrong(product_id)
    return found


async def left_out_of(staging: Staging) -> AsyncIterator[list[LineError]]:
    """What is wrong with lines of a checked file that no product takes, in portions."""
    errors = staging.left_out()
    while portion := await asyncio.to_thread(lambda: list(islice(errors, AT_ONCE))):
        yield portion


async def products_of(staging: Staging) -> AsyncIterator[list[FeedProduct]]:
    """The products of a checked file in the order of their ids, in portions."""
    products = staging.products()
    while portion := await asyncio.to_thread(_taken, products):
        yield portion


def _taken(products: Iterator[FeedProduct]) -> list[FeedProduct]:
    """The next products, of at least AT_ONCE lines together; fewer are the last."""
    taken: list[FeedProduct] = []
    lines = 0
    for product in products:
        taken.append(product)
        lines += len(product.skus)
        if lines >= AT_ONCE:
            break
    return taken
