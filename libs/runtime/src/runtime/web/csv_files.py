"""Tables that people open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterable, Sequence

from aiohttp import web

BOM = "\ufeff"
"""Without it, spreadsheets take Chinese for another encoding than UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A text that begins so is run as a formula by spreadsheets, by those of East Asia in the wide forms too; a quote in front makes
it text."""

Cell = str | int


def csv_text(rows: Sequence[Sequence[Cell]]) -> bytes:
    """The rows in UTF-8. Texts are made harmless to spreadsheets; numbers stay numbers.

    All texts are in quotes: a spreadsheet that separates cells by semicolons would else begin a cell inside a text.
    """
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(
        [[_harmless(cell) for cell in row] for row in rows]
    )
    return text.getvalue().encode()


async def csv_response(
    request: web.Request, name: str, columns: Sequence[str], portions: AsyncIterable[Sequence[Sequence[Cell]]]
) -> web.StreamResponse:
    """The file `name`, sent while it is read; the first row names the columns."""
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
    )
    if request.method == "HEAD":
        return response
    await response.prepare(request)
    await response.write(BOM.encode() + csv_text([columns]))
    async for rows in portions:
        await response.write(csv_text(rows))
    await response.write_eof()
    return response


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" \u3000\xa0").startswith(FORMULA) else cell
