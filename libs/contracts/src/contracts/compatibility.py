"""Finds changes of a JSON Schema that would break a reader: one that runs now, or a new one that reads old records.

Removing a field, narrowing it or making it required breaks readers, so such a change needs a new version of the event.
New fields with a default, wider limits and other descriptions are fine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


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
    if after is not None and before is None:
        yield f"{where}: only certain values are allowed now"
    elif before is not None and after is not None and before - after:
        yield f"{where}: no longer allows {', '.join(sorted(before - after))}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where}: the pattern changed"


def _bounds(old: Schema, new: Schema, where: str) -> Iterator[str]:
    for bound in _LOWER_BOUNDS:
        if bound in new and new[bound] > old.get(bound, float("-inf")):
            yield f"{where}: {bound} rose to {new[bound]}"
    for bound in _UPPER_BOUNDS:
        if bound in new and new[bound] < old.get(bound, float("inf")):
            yield f"{where}: {bound} fell to {new[bound]}"


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after:
            yield f"{where}.{name}: the field was removed"
        else:
            yield from _compare(before[name], after[name], old_root, new_root, f"{where}.{name}")
    for name in set(new.get("required", ())) - set(old.get("required", ())):
        yield f"{where}.{name}: the field became required"


def _alternatives(old: Schema, new: Schema, old_root: Schema, new_root: Schema, where: str) -> Iterator[str]:
    before, after = old.get("anyOf", []), new.get("anyOf", [])
    if after and not before:
        yield f"{where}: became a choice"
    for n, option in enumerate(before):
        if not any(not list(_compare(option, other, old_root, new_root, where)) for other in after):
            yield f"{where}: alternative {n + 1} was removed or narrowed"
