"""Example `curl` commands with the required parts of a call and its example body, made from the OpenAPI document."""

from __future__ import annotations

import json
import re
from typing import Any

Schema = dict[str, Any]
JSON = "application/json"
MAX_DEPTH = 5
"""Levels of a body that an example fills in; deeper values are left empty."""


def curl(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Schema]) -> str:
    """The command. The reader sets the shell variables, which are in capitals."""
    words = [
        "curl",
        *([] if method == "GET" else ["-X", method]),
        _quoted("$GATEWAY" + _shell(path) + _query(operation)),
    ]
    if scopes := operation["x-scopes"]:
        token = "SESSION" if scopes == ["viewer"] else "TOKEN"
        words += ["-H", f'"Authorization: Bearer ${token}"']
    for parameter in operation["parameters"]:
        if parameter["in"] == "header" and parameter["required"]:
            words += ["-H", f'"{parameter["name"]}: ${_variable(parameter["name"])}"']
    return " ".join(words) + _body(operation, schemas)


def _query(operation: dict[str, Any]) -> str:
    required = [p["name"] for p in operation["parameters"] if p["in"] == "query" and p["required"]]
    return "?" + "&".join(f"{name}=${_variable(name)}" for name in required) if required else ""


def _shell(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: "$" + name[1].upper(), path)


def _variable(name: str) -> str:
    return re.sub(r"\W+", "_", name).upper()


def _quoted(text: str) -> str:
    return f'"{text}"'


def _body(operation: dict[str, Any], schemas: dict[str, Schema]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return ""
    if JSON not in content:
        return f' \\\n  -H "Content-Type: {next(iter(content))}" --data-binary @file'
    body = (
        content[JSON]["example"]
        if "example" in content[JSON]
        else example_of(content[JSON]["schema"], schemas)
    )
    example = json.dumps(body, ensure_ascii=False).replace("'", "\\u0027")  # the shell's quote
    return f" \\\n  -H \"Content-Type: {JSON}\" \\\n  -d '{example}'"


def example_of(schema: Schema, schemas: dict[str, Schema], depth: int = 0) -> Any:
    """A value of the schema with its required fields only."""
    if reference := schema.get("$ref"):
        return example_of(schemas[reference.rsplit("/", 1)[1]], schemas, depth)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return example_of(schema[key][0], schemas, depth)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {}) if depth < MAX_DEPTH else {}
            required = schema.get("required", ())
            return {
                name: example_of(field, schemas, depth + 1)
                for name, field in fields.items()
                if name in required
            }
        case "array":
            return [example_of(schema.get("items", {}), schemas, depth + 1)] if depth < MAX_DEPTH else []
        case "integer" | "number":
            return max(schema.get("minimum", 0), 1)
        case "boolean":
            return True
    return "…"
