"""The OpenAPI document as one page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from typing import Any

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b2430;background:#fff}
h1{margin-bottom:0}h2{margin-top:3rem;border-bottom:2px solid #d7dee6}a{color:#0a58a8}
nav ul{columns:2;padding-left:1rem}code,.path{font-family:ui-monospace,monospace;font-size:.92em}
details{border:1px solid #d7dee6;border-radius:6px;margin:.6rem 0;padding:.4rem .8rem}summary{cursor:pointer}
.GET{color:#0b6e3a}.POST{color:#8a4b00}.PUT{color:#0a58a8}.DELETE{color:#a51d2d}.GET,.POST,.PUT,.DELETE{font-weight:700}
table{border-collapse:collapse;width:100%;margin:.4rem 0}td,th{border:1px solid #d7dee6;padding:.25rem .5rem;text-align:left;vertical-align:top}
th{background:#f3f6f9}.must{font-weight:600}
"""
CSP = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
Schema = dict[str, Any]


def page(document: dict[str, Any]) -> str:
    """The whole page as HTML."""
    info = document["info"]
    calls = [
        (path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    sections = "".join(_section(tag["name"], calls) for tag in document["tags"])
    index = "".join(
        f'<li><a href="#{o["operationId"]}"><span class="{m}">{m}</span> <span class="path">{escape(p)}</span></a></li>'
        for p, m, o in calls
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}: calls</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>{escape(info['title'])}</h1><p>Version {escape(info['version'])} · "
        f'<a href="/openapi.json">openapi.json</a></p><p>{_prose(info["description"])}</p>'
        f"<nav><ul>{index}</ul></nav>{sections}<h2>Shapes</h2>{_shapes(document['components']['schemas'])}</body></html>"
    )


def _section(tag: str, calls: list[tuple[str, str, Any]]) -> str:
    mine = "".join(_call(path, method, o) for path, method, o in calls if tag in o["tags"])
    return f"<h2>{escape(tag)}</h2>{mine}"


def _call(path: str, method: str, operation: dict[str, Any]) -> str:
    who = " or ".join(operation["x-scopes"]) or "anybody, no token"
    parts = [f"<p>Scope: <strong>{escape(who)}</strong></p>"]
    if operation["parameters"]:
        parameters = [
            (p["name"], p["in"], _type(p["schema"]), _yes(p["required"]), _prose(p.get("description", "")))
            for p in operation["parameters"]
        ]
        parts.append(_table(("Parameter", "in", "type", "required", "meaning"), parameters))
    if body := operation.get("requestBody"):
        bodies = [(media, _type(content["schema"])) for media, content in body["content"].items()]
        parts.append(_table(("Body", "shape" if body["required"] else "shape (optional)"), bodies))
    answers = [
        (status, _content(answer), _prose(answer["description"]))
        for status, answer in operation["responses"].items()
    ]
    parts.append(_table(("Status", "shape", "meaning"), answers))
    return (
        f'<details id="{operation["operationId"]}"><summary><span class="{method}">{method}</span> '
        f'<span class="path">{escape(path)}</span> {escape(operation["summary"])}</summary>{"".join(parts)}</details>'
    )


def _content(answer: dict[str, Any]) -> str:
    return "<br>".join(
        f"{escape(media)} {_type(content['schema'])}" for media, content in answer.get("content", {}).items()
    )


def _shapes(schemas: dict[str, Schema]) -> str:
    return "".join(
        f'<details id="shape-{escape(name)}"><summary><code>{escape(name)}</code> {_prose(schema.get("description", ""))}'
        f"</summary>{_fields(schema)}</details>"
        for name, schema in sorted(schemas.items())
    )


def _fields(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f'<span class="{"must" if name in required else "may"}">{escape(name)}</span>',
            _type(field),
            _yes(name in required),
            _prose(field.get("description", "")),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    return _table(("Field", "type", "required", "meaning"), rows) if rows else _type(schema)


def _type(schema: Schema) -> str:
    """A schema in a few words, with a link where it has a name of its own."""
    if reference := schema.get("$ref"):
        name = escape(reference.rsplit("/", 1)[1])
        return f'<a href="#shape-{name}"><code>{name}</code></a>'
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(kind) for kind in schema[key]))
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    limits = [f"{word} {schema[key]}" for key, word in _LIMITS if key in schema]
    if "pattern" in schema:
        limits.append(f"<code>{escape(schema['pattern'])}</code>")
    return ", ".join([escape(str(schema.get("format") or schema.get("type") or "anything")), *limits])


_LIMITS = (
    ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"), ("default", "else"),
    ("contentMediaType", "as"),
)  # fmt: skip


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{escape(name)}</th>' for name in head)}</tr>{cells}</table>"


def _yes(true: bool) -> str:
    return "yes" if true else ""


def _prose(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
