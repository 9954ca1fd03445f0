"""JSON Lines: one object in each line, with the fields of Google's feeds as keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

import orjson

from product_feeds.rows import BadLine, Row, Unreadable, field_name, lines_of, too_long

MAX_DEPTH = 8
"""Of lists and objects in a field. Other systems nest a price in an object, and pictures in a list."""


def json_rows(text: TextIO) -> Iterator[Row | BadLine]:
    """Each object with the number of its line; empty lines are left out. Raises Unreadable for one JSON array.

    Numbers, true and false are read as their texts, a list as its parts with commas between them, and `{"value", "currency"}` as an
    amount.
    """
    is_first = True
    for number, line in lines_of(text):
        if line is None:
            yield too_long(number)
            continue
        if not line.strip():
            continue
        if is_first and line.lstrip().startswith("["):
            raise Unreadable(
                "The file is one JSON array. Write one object in each line, without commas between the lines."
            )
        is_first = False
        yield _row(number, line)


def _row(number: int, line: str) -> Row | BadLine:
    try:
        found = orjson.loads(line.encode())
    except (ValueError, RecursionError):
        return BadLine(number, "The line is not JSON. Write one object in each line, with double quotes.")
    if not isinstance(found, dict):
        return BadLine(
            number, 'The line is no JSON object. Write {"id": …, "title": …, "price": "12.00 CNY", …}.'
        )
    fields: dict[str, str] = {}
    for key, value in found.items():
        try:
            text = _text(value)
        except ValueError:
            return BadLine(
                number,
                f"The field {key[:100]} has lists or objects more than {MAX_DEPTH} deep. Write its text.",
            )
        if text != "":
            fields.setdefault(field_name(key), text)
    return Row(number, fields)


def _text(value: Any, depth: int = 0) -> str:
    """Raises ValueError for what is nested too deeply."""
    if depth > MAX_DEPTH:
        raise ValueError(depth)
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case list():
            return ",".join(text for part in value if (text := _text(part, depth + 1)))
        case dict():
            amount, currency = value.get("value", value.get("amount")), value.get("currency", "")
            if amount is None:
                return ""
            return f"{_text(amount, depth + 1)} {_text(currency, depth + 1)}".strip()
        case _:
            return str(value)
