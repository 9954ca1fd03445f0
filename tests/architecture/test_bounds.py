"""Whatever a caller may send has a limit: each text, list, map and number of every request model.

So what a service records of a request has a limit too. That the sum fits into a Kafka record and a MongoDB document is
tested where the events are made: `test_largest_order.py` of checkout and `test_largest_events.py` of catalog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field

from contracts import api
from contracts.api.common import Request

MODULES = sorted(path.stem for path in Path(api.__path__[0]).glob("*.py") if path.stem != "__init__")
UNLIMITED = 2**32 - 2
"""From here on, `getwidth` means a repeat without a maximum."""


def requests() -> list[type[Request]]:
    """Every request model of the API; views that share the fields of a request are answers."""
    for name in MODULES:
        import_module(f"contracts.api.{name}")
    found = {model for model in subclasses(Request) if not model.__name__.endswith("View")}
    return sorted(found, key=lambda model: model.__name__)


def subclasses(model: type[Request]) -> Iterator[type[Request]]:
    for sub in model.__subclasses__():
        if sub.__module__.startswith("contracts.api."):
            yield sub
        yield from subclasses(sub)


def unbounded(model: type[Request]) -> list[str]:
    """The places in the model that have no limit."""
    schema = model.model_json_schema()
    return [*places(schema, schema.get("$defs", {}), model.__name__)]


def places(node: dict[str, Any], defs: dict[str, Any], at: str) -> Iterator[str]:
    if "$ref" in node:
        yield from places(defs[node["$ref"].rsplit("/", 1)[1]], defs, at)
    for option in (*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())):
        yield from places(option, defs, at)
    if "enum" in node or "const" in node:
        return
    match node.get("type"):
        case "string" if not text_is_bounded(node):
            yield f"{at}: text without a maximum length"
        case "integer" | "number" if not has(node, "minimum", "exclusiveMinimum") or not has(
            node, "maximum", "exclusiveMaximum"
        ):
            yield f"{at}: number without a minimum or maximum"
        case "array":
            if "maxItems" not in node:
                yield f"{at}: list without a maximum length"
            yield from places(node["items"], defs, f"{at}[]")
        case "object":
            for name, field in node.get("properties", {}).items():
                yield from places(field, defs, f"{at}.{name}")
            if "properties" not in node and node.get("additionalProperties") is not False:
                yield from map_places(node, defs, at)


def map_places(node: dict[str, Any], defs: dict[str, Any], at: str) -> Iterator[str]:
    if "maxProperties" not in node:
        yield f"{at}: map without a maximum number of entries"
    yield from places({"type": "string"} | node.get("propertyNames", {}), defs, f"{at} (names)")
    for values in (*node.get("patternProperties", {}).values(), node.get("additionalProperties")):
        if isinstance(values, dict):
            yield from places(values, defs, f"{at} (values)")


def has(node: dict[str, Any], *names: str) -> bool:
    return any(name in node for name in names)


def text_is_bounded(node: dict[str, Any]) -> bool:
    if "maxLength" in node:
        return True
    pattern = node.get("pattern", "")
    anchored = pattern.startswith("^") and pattern.endswith("$")
    parsed = re._parser.parse(pattern)  # type: ignore[attr-defined]
    return anchored and parsed.getwidth()[1] < UNLIMITED


@pytest.mark.parametrize("model", requests(), ids=lambda model: model.__name__)
def test_a_request_has_a_limit_everywhere(model: type[Request]) -> None:
    assert unbounded(model) == []


class _Planted(Request):
    text: str
    loose_pattern: Annotated[str, Field(pattern="^[a-z]+$")]
    entries: list[Annotated[str, Field(max_length=5)]]
    named: Annotated[dict[str, str], Field(max_length=3)]
    count: Annotated[int, Field(ge=0)]
    bounded: Annotated[str, Field(pattern="^[a-z]{1,9}$")] | None = None


def test_each_missing_limit_is_found() -> None:
    assert [place.split(":")[0] for place in unbounded(_Planted)] == [
        "_Planted.text", "_Planted.loose_pattern", "_Planted.entries", "_Planted.named (names)",
        "_Planted.named (values)", "_Planted.count",
    ]  # fmt: skip
