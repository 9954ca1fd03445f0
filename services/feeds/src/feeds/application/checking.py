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
from product_feeds.rows import Row, Unreadable
from product_feeds.staging import FeedProduct, Staging

AT_ONCE = 500
"""Lines or products that are read before others get their turn."""


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
    while taken := list(islice(rows, AT_ONCE)):
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
        yield Portion(len(taken), bad, errors)


async def products_of(staging: Staging) -> AsyncIterator[list[tuple[FeedProduct, list[LineError]]]]:
    """The products of a checked file in the order of their ids, in portions, with what is wrong with lines of theirs."""
    products = staging.products()
    while portion := await asyncio.to_thread(lambda: list(islice(products, AT_ONCE))):
        yield portion
