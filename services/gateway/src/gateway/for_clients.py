"""The OpenAPI document from which the client libraries are generated: `python -m gateway.for_clients FILE` writes it.

It is the served document without what the libraries do themselves: they raise errors, get tokens, choose idempotency keys and
state the type of a file.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from gateway.calls import CSV, EVENTS, FORM, HTML, JSON, JSON_LINES, TEXT
from gateway.openapi import document
from gateway.table import CALLS

FILE = "application/octet-stream"
MERGE_PATCH = "application/merge-patch+json"
MULTIPART = "multipart/form-data"
SENT = {JSON, FORM}
RECEIVED = {JSON, TEXT, CSV, HTML, JSON_LINES, EVENTS}
"""The types of bodies that are not files."""
KEY = "Idempotency-Key"
DONE_BY_CLIENTS = {"give_token"}
"""Calls that no user of a library makes."""
MADE_FOR_PROVIDERS = {"take_alipay_notice", "return_from_alipay"}
"""Calls that only Alipay makes or sends a browser to."""
GATEWAY = "http://127.0.0.1:8080"
REFERENCE = re.compile(r'"#/components/schemas/([^"]+)"')


def for_clients() -> dict[str, Any]:
    """The document as JSON types."""
    left_out = DONE_BY_CLIENTS | MADE_FOR_PROVIDERS
    whole = document([call for call in CALLS if call.name not in left_out and call.success], GATEWAY)
    for methods in whole["paths"].values():
        for operation in methods.values():
            _simplify(operation)
    schemas = whole["components"]["schemas"]
    operations = [operation for methods in whole["paths"].values() for operation in methods.values()]
    sent = _referenced([operation.get("requestBody") for operation in operations], schemas)
    for name, schema in schemas.items():
        (_drop_defaults if name in sent else _require_what_is_always_answered)(schema)
    needed = _referenced(whole["paths"], schemas)
    whole["components"]["schemas"] = {name: schemas[name] for name in sorted(needed)}
    return whole


def _simplify(operation: dict[str, Any]) -> None:
    answers = operation["responses"].items()
    operation["responses"] = {status: answer for status, answer in answers if status < "206"}
    for answer in operation["responses"].values():
        if "content" in answer:
            answer["content"] = _with_one_file(answer["content"], RECEIVED, FILE)
    if body := operation.get("requestBody"):
        other_ways = (MERGE_PATCH, MULTIPART)  # to send what JSON or a file says
        kinds = {media: part for media, part in body["content"].items() if media not in other_ways}
        body["content"] = _with_one_file(kinds, SENT)
    for parameter in operation["parameters"]:
        if parameter["name"] == KEY:
            parameter["required"] = False


def _with_one_file(content: dict[str, Any], known: set[str], media: str | None = None) -> dict[str, Any]:
    """The content with one type for all files, `media` or the first of theirs: generators cannot choose."""
    files = [name for name in content if name not in known]
    file = {media or files[0]: {"schema": {"type": "string", "format": "binary"}}} if files else {}
    return {**file, **{name: part for name, part in content.items() if name in known}}


def _drop_defaults(schema: dict[str, Any]) -> None:
    """What a caller leaves out is not sent: a caller may leave out a field that only somebody else may send."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


def _require_what_is_always_answered(schema: dict[str, Any]) -> None:
    """A field of an answer that has a default other than null."""
    fields = schema.get("properties", {}).items()
    answered = [name for name, field in fields if field.get("default") is not None]
    if answered:
        schema["required"] = list(dict.fromkeys([*schema.get("required", ()), *answered]))


def _referenced(part: Any, schemas: dict[str, Any]) -> set[str]:
    """The names of the schemas that a part needs."""
    needed: set[str] = set()
    waiting = set(REFERENCE.findall(json.dumps(part)))
    while waiting:
        needed |= waiting
        waiting = {
            found for name in waiting for found in REFERENCE.findall(json.dumps(schemas[name]))
        } - needed
    return needed


def as_text(content: dict[str, Any]) -> str:
    """JSON with a line for each path and each schema, so that a change shows what has changed."""
    head = {key: value for key, value in content.items() if key not in ("paths", "components")}
    lines = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    schemas, security = content["components"]["schemas"], content["components"]["securitySchemes"]
    components = f'{{"securitySchemes": {_json(security)},\n"schemas": {_lines(schemas)}}}'
    lines += [f'"paths": {_lines(content["paths"])}', f'"components": {components}']
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(values: dict[str, Any]) -> str:
    return "{\n" + ",\n".join(f"{_json(key)}: {_json(value)}" for key, value in values.items()) + "\n}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(as_text(for_clients()), encoding="utf-8")
