"""What the audit log shows of a change: the declared fields that differ, by their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson

from runtime.mongo.client import Document

MAX_PATHS = 100
"""Paths of one change whose values are shown; `...` says how many more there are."""
MAX_BYTES = 1_000
"""Of a value as JSON. Of a larger one only the size is shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How the audit log names an object, and which fields it shows of its document.

    `fields` are names or paths (`application.name`, `refunds.*.amount`), each with everything below it. Name no field that holds a
    secret or a person's data. `owner_field` holds the owner whose object it is.
    """

    kind: str
    fields: tuple[str, ...] = ()
    owner_field: str = "owner_id"

    def changes(self, before: Document | None, after: Document | None) -> tuple[Document, Document]:
        """The shown values that differ, before and afterwards, by path. A document that does not exist is None."""
        old, new = (dict(self._values(document or {})) for document in (before, after))
        paths = sorted(path for path in old.keys() | new.keys() if old.get(path, ...) != new.get(path, ...))
        return _shortened(old, paths), _shortened(new, paths)

    def owner_of(self, document: Document | None) -> str | None:
        """The owner whose object it is, if the document says so."""
        return next((str(owner) for _, owner in _at(document, self.owner_field.split(".")) if owner), None)

    def _values(self, document: Document) -> Iterator[tuple[str, Any]]:
        for field in self.fields:
            for path, value in _at(document, field.split(".")):
                yield from _leaves(path, value)


def _at(value: Any, names: Sequence[str], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """What is at these names below `value`, with its path; `*` is every item of a list."""
    if not names:
        yield ".".join(path), value
        return
    name, *rest = names
    if name == "*" and isinstance(value, list | tuple):
        for n, item in enumerate(value):
            yield from _at(item, rest, (*path, str(n)))
    elif isinstance(value, Mapping) and name in value:
        yield from _at(value[name], rest, (*path, name))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every value below `value` that is neither an object nor a list of objects."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        for n, item in enumerate(value):
            yield from _leaves(f"{path}.{n}", item)
    elif value is not None:
        yield path, _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = orjson.dumps(value, default=str)
    return orjson.loads(text) if len(text) <= MAX_BYTES else f"({len(text)} bytes)"


def _shortened(values: Document, paths: list[str]) -> Document:
    shown = {path: values[path] for path in paths[:MAX_PATHS] if path in values}
    if len(paths) > MAX_PATHS:
        shown["..."] = f"{len(paths) - MAX_PATHS} more"
    return shown
