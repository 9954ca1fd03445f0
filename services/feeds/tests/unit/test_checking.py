"""A file is checked in the memory of a few of its lines."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from feeds.application.checking import check_lines
from product_feeds.lines import Categories
from product_feeds.reading import Format
from product_feeds.staging import Staging

COLUMNS, LINES = 50_000, 40


def wide(written_as: Format) -> str:
    names = [f"c{number}" for number in range(COLUMNS)]
    if written_as == "csv":
        return ",".join(["id", *names]) + "\n" + ("1," + "2," * COLUMNS + "\n") * LINES
    return ("{" + ",".join(f'"{name}":2' for name in names) + "}\n") * LINES


@pytest.mark.parametrize("written_as", ["csv", "jsonl"])
async def test_lines_with_very_many_columns_are_checked_one_at_a_time(
    tmp_path: Path, written_as: Format
) -> None:
    path = tmp_path / "feed"
    path.write_text(wide(written_as), encoding="utf-8")
    lines = 0
    tracemalloc.start()
    with Staging(tmp_path / "lines.sqlite") as staging:
        async for batch in check_lines(path, written_as, Categories({}), staging):
            lines += batch.lines
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == LINES
    assert most < 60 * 1024**2
