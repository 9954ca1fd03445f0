"""Finds changes of a JSON Schema that would break a reader: one that runs now, or a new one that reads old records.

A running reader refuses what its own schema does not allow, so a new value or a wider limit breaks it, as a narrower one
breaks the reader of old records. Such a change, and the removal of a field, needs a new version of the event. New fields
with a default and other descriptions are fine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_BOUNDS = (
    "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties",
    "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties",
)  # fmt: skip


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """The changes that would break a reader, one sentence each."""
    return list(_compare(old, new, old, new, "event"))


def _compare(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    yield from _types(old, new, where)
    yield from _values(old, new, where)
    yield from _bounds(old, new, where)
    yield from _fields(old, new, old_root, new_root, where)
    for part in ("items", "additionalProperties"):
        if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
            yield from _compare(old[part], new[part], old_root, new_root, f"{where}[]")
    yield from _alternatives(old, new, old_root, new_root, where)


def _resolved(schema: Schema, root: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        schema = target
    return schema


def _types(old: Schema, new: Schema, where: str) -> Iterator[str]:
    if old.get("type") != new.get("type"):
        yield f"{where}: the type was {old.get('type')} and is {new.get('type')}"
    if old.get("format") != new.get("format"):
        yield f"{where}: the format was {old.get('format')} and is {new.get('format')}"


def _values(old: Schema, new: Schema, where: str) -> Iterator[str]:
    def allowed(schema: Schema) -> set[str] | None:
        values = schema.get("enum", [schema["const"]] if "const" in schema else None)
        return None if values is None else {str(value) for value in values}

    before, after = allowed(old), allowed(new)
    if before is None and after is not None:
        yield f"{where}: only certain values are allowed now"
    elif before is not None and after is None:
        yield f"{where}: any value is allowed now, which running readers refuse"
    elif before is not None and after is not None:
        if before - after:
            yield f"{where}: no longer allows {', '.join(sorted(before - after))}"
        if after - before:
            yield f"{where}: allows {', '.join(sorted(after - before))}, which running readers refuse"
    if new.get("pattern") != old.get("pattern"):
        yield f"{where}: the pattern changed"


def _bounds(old: Schema, new: Schema, where: str) -> Iterator[str]:
    for bound in _BOUNDS:
        if old.get(bound) != new.get(bound):
            yield f"{where}: {bound} was {old.get(bound, 'unlimited')} and is {new.get(bound, 'unlimited')}"


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{where}.{name}: the field was removed"
        else:
            yield from _compare(before[name], after[name], old_root, new_root, f"{where}.{name}")
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{where}.{name}: the field became required"
    for name in set(old.get("required", ())) - set(new.get("required", ())):
        if name in after:
            yield f"{where}.{name}: the field may be missing now, which running readers refuse"


def _alternatives(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if after and not before:
        yield f"{where}: became a choice"
    for n, option in enumerate(before):
        if not any(not list(_compare(option, other, old_root, new_root, where)) for other in after):
            yield f"{where}: alternative {n + 1} was removed or changed"
    if before and len(after) > len(before):
        yield f"{where}: there are more alternatives, which running readers refuse"
