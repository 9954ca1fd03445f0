"""Cells of tables do no harm in a spreadsheet."""

import csv
import io

import pytest

from runtime.web.csv_files import Cell, csv_text


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3", "'-2+3"), ("+1", "'+1"), ("\t=1", "'\t=1"),
        ("＝1", "'＝1"), ("－2", "'－2"), ("  =1", "'  =1"), ("\u3000＠x", "'\u3000＠x"),
        (-2, "-2"), ("葡萄酒, \"red\"", "葡萄酒, \"red\""), ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_never_a_formula_and_a_number_stays_one(cell: Cell, shown: str) -> None:
    [row] = csv.reader(io.StringIO(csv_text([[cell, "end"]]).decode(), newline=""))
    assert row == [shown, "end"]


def test_a_text_is_in_quotes_so_that_no_separator_begins_a_cell_inside_it() -> None:
    assert csv_text([["tea;=cmd|' /C calc'!A0", 3]]) == b"\"tea;=cmd|' /C calc'!A0\",3\r\n"
