"""The shape of an answer: the names and kinds of its values, whatever they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
Shape = Mapping[str, frozenset[str]]
NULL = "null"
KINDS = {dict: "object", list: "list", str: "text", bool: "yes or no", int: "number", float: "number"}


def shape_of(value: Any, schema: Schema, schemas: Mapping[str, Schema]) -> Shape:
    """The kinds at each path. Items of a list share a path, and so do the values of an object whose names are data."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, kind in _walk("", value, schema, schemas):
        found[path].add(kind)
    return {path: frozenset(kinds) for path, kinds in found.items()}


def differences(recorded: Shape, fresh: Shape) -> list[str]:
    """What one has and the other has not, where both say anything: a list can be empty, a value null."""
    found = [f"{path}: only recorded" for path in recorded if _lacks(fresh, path)]
    found += [f"{path}: not recorded" for path in fresh if _lacks(recorded, path)]
    for path in recorded.keys() & fresh.keys():
        before, now = recorded[path] - {NULL}, fresh[path] - {NULL}
        if before and now and not before & now:
            found.append(f"{path}: {sorted(before)} recorded, {sorted(now)} answered")
    return sorted(found)


def _lacks(shape: Shape, path: str) -> bool:
    """Whether the shape has the object that `path` is a field of, and not the field."""
    parent, _, name = path.rpartition("/")
    return path not in shape and name != "*" and "object" in shape.get(parent, ())


def _walk(path: str, value: Any, schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str]]:
    yield path, KINDS.get(type(value), NULL)
    options = list(_options(schema, schemas))
    if isinstance(value, list):
        items = {"anyOf": [option["items"] for option in options if "items" in option]}
        for item in value:
            yield from _walk(f"{path}/*", item, items, schemas)
    elif isinstance(value, dict):
        is_map = not any("properties" in option for option in options)
        for name, part in value.items():
            fields = {"anyOf": list(_fields(name, options))}
            yield from _walk(f"{path}/{'*' if is_map else name}", part, fields, schemas)


def _options(schema: Schema, schemas: Mapping[str, Schema]) -> Iterator[Schema]:
    """The schemas that a value may have."""
    if reference := schema.get("$ref"):
        yield from _options(schemas[reference.rsplit("/", 1)[1]], schemas)
    elif alternatives := schema.get("anyOf") or schema.get("oneOf"):
        for option in alternatives:
            yield from _options(option, schemas)
    else:
        yield schema


def _fields(name: str, options: list[Schema]) -> Iterator[Schema]:
    for option in options:
        field = option.get("properties", {}).get(name, option.get("additionalProperties"))
        if isinstance(field, dict):
            yield field
