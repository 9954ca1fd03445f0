"""The OpenAPI document as one page that needs nothing else: no script, no font, no picture from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from typing import Any

from gateway.docs_example import curl

STYLE = (files("gateway") / "docs.css").read_text("utf-8")
CSP = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
Schema = dict[str, Any]
Operation = tuple[str, str, dict[str, Any]]


def page(document: dict[str, Any]) -> str:
    """The whole page as HTML."""
    info, schemas = document["info"], document["components"]["schemas"]
    calls: list[Operation] = [
        (path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    tags = [tag["name"] for tag in document["tags"]]
    sections = "".join(_section(tag, calls, schemas) for tag in tags)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}: calls</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><style>{STYLE}</style></head><body>'
        f"<header><h1>{escape(info['title'])}</h1><p>Version {escape(info['version'])} · {len(calls)} calls · "
        f'<a href="/openapi.json">openapi.json</a></p></header>'
        f'<nav aria-label="Calls">{_index(tags, calls)}</nav><main>'
        f"<p>{_prose(info['description'])}</p>{_tokens(document)}{sections}"
        f'<section id="shapes"><h2>Shapes</h2>{_shapes(schemas)}</section></main></body></html>'
    )


def _index(tags: Sequence[str], calls: Sequence[Operation]) -> str:
    """All calls by their areas; an area opens to its calls."""
    areas = "".join(
        f'<details><summary>{escape(tag)}</summary><p class="to-area"><a href="#{_anchor(tag)}">All of {escape(tag)}</a></p><ul>'
        + "".join(_entry(path, method, o) for path, method, o in calls if tag in o["tags"])
        + "</ul></details>"
        for tag in tags
    )
    return f'<p class="top"><a href="#tokens">Tokens</a><a href="#shapes">Shapes</a></p>{areas}'


def _entry(path: str, method: str, operation: dict[str, Any]) -> str:
    return (
        f'<li><a href="#{operation["operationId"]}"><span class="method {method}">{method}</span> '
        f'<span class="path">{escape(path)}</span></a></li>'
    )


def _tokens(document: dict[str, Any]) -> str:
    """Who may call what, and how a token is got."""
    schemes = document["components"]["securitySchemes"]
    scopes = schemes["client"]["flows"]["clientCredentials"]["scopes"]
    rows = [
        (f"<code>{escape(scope)}</code>", _prose(meaning), "POST /v1/token")
        for scope, meaning in scopes.items()
    ]
    rows.append(("<code>viewer</code>", _prose(schemes["session"]["description"]), "POST /v1/sessions"))
    return (
        '<section id="tokens"><h2>Tokens</h2><p>A token goes with each call: <code>Authorization: Bearer …</code>. Its scope '
        "says what it may do; each call below names the scopes that it takes.</p>"
        f"{_table(('Scope', 'whose', 'from'), rows)}<pre>{escape(FIRST_CALL)}</pre></section>"
    )


FIRST_CALL = """\
curl $GATEWAY/v1/token -d grant_type=client_credentials -d client_id=$CLIENT -d client_secret=$SECRET"""


def _section(tag: str, calls: Sequence[Operation], schemas: dict[str, Schema]) -> str:
    mine = "".join(_call(path, method, o, schemas) for path, method, o in calls if tag in o["tags"])
    return f'<section id="{_anchor(tag)}"><h2>{escape(tag)}</h2>{mine}</section>'


def _call(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Schema]) -> str:
    who = " or ".join(operation["x-scopes"]) or "anybody, no token"
    parts = [f'<p class="who">Scope: <strong>{escape(who)}</strong></p>']
    if operation["parameters"]:
        parameters = [
            (
                f"<code>{escape(p['name'])}</code>",
                p["in"],
                _type(p["schema"]),
                _yes(p["required"]),
                _prose(_meaning(p)),
            )
            for p in operation["parameters"]
        ]
        parts.append(_table(("Parameter", "in", "type", "required", "meaning"), parameters))
    if body := operation.get("requestBody"):
        bodies = [(escape(media), _type(content["schema"])) for media, content in body["content"].items()]
        parts.append(_table(("Body", "shape" if body["required"] else "shape (optional)"), bodies))
    answers = [
        (
            status,
            _content(answer),
            "<br>".join(_prose(fault) for fault in re.split(r"; (?=`)", answer["description"])),
        )
        for status, answer in operation["responses"].items()
    ]
    parts.append(_table(("Status", "shape", "meaning"), answers))
    parts.append(f"<pre>{escape(curl(path, method, operation, schemas))}</pre>")
    # a link leads to something inside of <details>: browsers open it then
    return (
        f'<details class="call"><summary><span class="method {method}">{method}</span> '
        f'<span class="path">{escape(path)}</span> <span class="summary">{_prose(operation["summary"])}</span></summary>'
        f'<div id="{operation["operationId"]}">{"".join(parts)}</div></details>'
    )


def _meaning(parameter: dict[str, Any]) -> str:
    return str(parameter.get("description") or parameter["schema"].get("description", ""))


def _content(answer: dict[str, Any]) -> str:
    return "<br>".join(
        f"{escape(media)} {_type(content['schema'])}" for media, content in answer.get("content", {}).items()
    )


def _shapes(schemas: dict[str, Schema]) -> str:
    return "".join(
        f'<details class="call"><summary><code>{escape(name)}</code> '
        f'<span class="summary">{_prose(schema.get("description", ""))}</span></summary>'
        f'<div id="shape-{escape(name)}">{_fields(schema)}</div></details>'
        for name, schema in sorted(schemas.items())
    )


def _fields(schema: Schema) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"<code>{escape(name)}</code>",
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
    if isinstance(values := schema.get("additionalProperties"), dict):
        return f"object: names to {_type(values)}"
    limits = [f"{word} {escape(str(schema[key]))}" for key, word in _LIMITS if key in schema]
    if "pattern" in schema:
        limits.append(f"<code>{escape(schema['pattern'])}</code>")
    return ", ".join([escape(str(schema.get("format") or schema.get("type") or "anything")), *limits])


_LIMITS = (
    ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"), ("default", "else"),
    ("contentMediaType", "as"),
)  # fmt: skip


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table; each cell knows its column's name, which narrow screens show beside it."""
    cells = "".join(f"<tr>{''.join(map(_cell, head, row))}</tr>" for row in rows)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="wide" tabindex="0" role="group" aria-label="{escape(head[0])}"><table><tr>{heads}</tr>{cells}</table></div>'


def _cell(name: str, content: str) -> str:
    return f'<td data-head="{escape(name)}">{content}</td>'


def _anchor(tag: str) -> str:
    return "area-" + re.sub(r"[^a-z0-9]+", "-", tag.lower())


def _yes(true: bool) -> str:
    return "yes" if true else ""


def _prose(text: str) -> str:
    """Text with `code` in it."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
