"""The largest event that the contracts of payment, identity, gateway and sharecode allow fits into one Kafka record.

Catalog and checkout, whose events hold whole products and orders, test theirs with what their own limits allow.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.api.common import MAX_LIMIT
from contracts.api.owners import MAX_REASONS
from contracts.api.videos import VideoRequest
from contracts.event import Event
from contracts.registry import all_events

RECORD_LIMIT = 1024 * 1024 - 4096
"""Bytes, with room for key, headers and batch."""
WIDE = "𠮷"
"""Four bytes of UTF-8."""
MAX_UNSTATED = 8192
"""Characters. Texts without a limit in the contract are ids, links, clicks and codes; a request line takes 8190 bytes."""
ITEMS = {
    "anchor_ids": VideoRequest.model_json_schema()["properties"]["anchors"]["maxItems"],
    "reasons": MAX_REASONS,
    "results": 3 * MAX_LIMIT,
}
"""The limits of lists, which the requests state: an owner's reasons, the anchors of a video, three kinds of results."""
EVENTS = [e for e in all_events() if e.topic.producer in {"payment", "identity", "gateway", "sharecode"}]


def largest(schema: dict[str, Any], definitions: dict[str, Any], name: str = "") -> Any:
    """The value with the longest JSON that the schema allows."""
    if "$ref" in schema:
        return largest(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions, name)
    if "anyOf" in schema:
        return max((largest(s, definitions, name) for s in schema["anyOf"]), key=size)
    if "enum" in schema or "const" in schema:
        return max(schema.get("enum", [schema.get("const")]), key=size)
    match schema.get("type"):
        case "object":
            return {field: largest(s, definitions, field) for field, s in schema["properties"].items()}
        case "array":
            return [largest(schema["items"], definitions)] * schema.get(
                "maxItems", ITEMS.get(name, 0) or 10**6
            )
        case "string" if "format" in schema:
            return "2026-11-29T00:00:00.000000+00:00"
        case "string":
            return WIDE * schema.get("maxLength", MAX_UNSTATED)
        case "integer" | "number":
            return 10**18
    return False


def size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_the_largest_event_fits_into_a_record(event: type[Event]) -> None:
    schema = event.model_json_schema()
    assert size(largest(schema, schema.get("$defs", {}))) < RECORD_LIMIT
