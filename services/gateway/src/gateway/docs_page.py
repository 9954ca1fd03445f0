"""The OpenAPI document as one HTML page that loads nothing: no script, no font, no picture."""

from __future__ import annotations

import base64
import hashlib
import json
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
        f'<section id="schemas"><h2>Schemas</h2>{_schemas(schemas)}</section></main></body></html>'
    )


def _index(tags: Sequence[str], calls: Sequence[Operation]) -> str:
    """The calls of each area, folded."""
    areas = "".join(
        f'<details><summary>{escape(tag)}</summary><p class="to-area"><a href="#{_anchor(tag)}">All of {escape(tag)}</a></p><ul>'
        + "".join(_entry(path, method, o) for path, method, o in calls if tag in o["tags"])
        + "</ul></details>"
        for tag in tags
    )
    return f'<p class="top"><a href="#tokens">Tokens</a><a href="#schemas">Schemas</a></p>{areas}'


def _entry(path: str, method: str, operation: dict[str, Any]) -> str:
    return (
        f'<li><a href="#{operation["operationId"]}"><span class="method {method}">{method}</span> '
        f'<span class="path">{escape(path)}</span></a></li>'
    )


def _tokens(document: dict[str, Any]) -> str:
    """The scopes, whom they are for, and how to get a token."""
    schemes = document["components"]["securitySchemes"]
    scopes = schemes["client"]["flows"]["clientCredentials"]["scopes"]
    rows = [
        (f"<code>{escape(scope)}</code>", _prose(meaning), "POST /v1/token")
        for scope, meaning in scopes.items()
    ]
    rows.append(("<code>viewer</code>", _prose(schemes["session"]["description"]), "POST /v1/sessions"))
    return (
        '<section id="tokens"><h2>Tokens</h2><p>Send a token with each call: <code>Authorization: Bearer …</code>. Its scope '
        "decides which calls it allows; each call below lists the scopes that it accepts.</p>"
        f"{_table(('Scope', 'for', 'get it from'), rows)}<pre>{escape(FIRST_CALL)}</pre></section>"
    )


FIRST_CALL = """\
curl $GATEWAY/v1/token -d grant_type=client_credentials -d client_id=$CLIENT -d client_secret=$SECRET"""


def _section(tag: str, calls: Sequence[Operation], schemas: dict[str, Schema]) -> str:
    mine = "".join(_call(path, method, o, schemas) for path, method, o in calls if tag in o["tags"])
    return f'<section id="{_anchor(tag)}"><h2>{escape(tag)}</h2>{mine}</section>'


def _call(path: str, method: str, operation: dict[str, Any], schemas: dict[str, Schema]) -> str:
    scopes = " or ".join(operation["x-scopes"]) or "none, public"
    roles = f", role <strong>{' or '.join(operation['x-roles'])}</strong>" if "x-roles" in operation else ""
    parts = [
        f'<p class="who">Scope: <strong>{escape(scopes)}</strong>{roles}</p>',
        _parameters(operation),
        _bodies(operation),
        _answers(operation),
        f"<pre>{escape(curl(path, method, operation, schemas))}</pre>",
        _example(operation),
    ]
    # the id is inside <details>, because browsers then open it when a link leads there
    return (
        f'<details class="call"><summary><span class="method {method}">{method}</span> '
        f'<span class="path">{escape(path)}</span> <span class="summary">{_prose(operation["summary"])}</span></summary>'
        f'<div id="{operation["operationId"]}">{"".join(parts)}</div></details>'
    )


def _parameters(operation: dict[str, Any]) -> str:
    rows = [
        (
            f"<code>{escape(p['name'])}</code>",
            p["in"],
            _type(p["schema"]),
            _yes(p["required"]),
            _prose(_meaning(p)),
        )
        for p in operation["parameters"]
    ]
    return _table(("Parameter", "in", "type", "required", "meaning"), rows) if rows else ""


def _bodies(operation: dict[str, Any]) -> str:
    body = operation.get("requestBody")
    if not body:
        return ""
    rows = [(escape(media), _type(content["schema"])) for media, content in body["content"].items()]
    return _table(("Body", "schema" if body["required"] else "schema (optional)"), rows)


def _answers(operation: dict[str, Any]) -> str:
    rows = [
        (
            status,
            _content(answer),
            "<br>".join(_prose(fault) for fault in re.split(r"; (?=`\w+`: )", answer["description"])),
        )
        for status, answer in operation["responses"].items()
    ]
    return _table(("Status", "schema", "meaning"), rows)


def _example(operation: dict[str, Any]) -> str:
    """The recorded answer."""
    for status, answer in operation["responses"].items():
        for content in answer.get("content", {}).values():
            if "example" in content:
                shown = content["example"]
                text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, indent=2)
                return f"<p>Answers, for example, {escape(status)}:</p><pre>{escape(text)}</pre>"
    return ""


def _meaning(parameter: dict[str, Any]) -> str:
    return str(parameter.get("description") or parameter["schema"].get("description", ""))


def _content(answer: dict[str, Any]) -> str:
    return "<br>".join(
        f"{escape(media)} {_type(content['schema'])}" for media, content in answer.get("content", {}).items()
    )


def _schemas(schemas: dict[str, Schema]) -> str:
    return "".join(
        f'<details class="call"><summary><code>{escape(name)}</code> '
        f'<span class="summary">{_prose(schema.get("description", ""))}</span></summary>'
        f'<div id="schema-{escape(name)}">{_fields(schema)}</div></details>'
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
    """A schema in a few words, or a link if it has a name."""
    if reference := schema.get("$ref"):
        name = escape(reference.rsplit("/", 1)[1])
        return f'<a href="#schema-{name}"><code>{name}</code></a>'
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
    limits = [f"{word} {escape(_json(schema[key]))}" for key, word in _LIMITS if key in schema]
    if "pattern" in schema:
        limits.append(f"<code>{escape(schema['pattern'])}</code>")
    return ", ".join([escape(str(schema.get("format") or schema.get("type") or "anything")), *limits])


_LIMITS = (
    ("minimum", "from"), ("maximum", "to"), ("minLength", "at least"), ("maxLength", "at most"), ("default", "default"),
    ("contentMediaType", "as"),
)  # fmt: skip


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table. Each cell holds its column's name, which narrow screens show before it."""
    cells = "".join(f"<tr>{''.join(map(_cell, head, row))}</tr>" for row in rows)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return f'<div class="wide" tabindex="0" role="group" aria-label="{escape(head[0])}"><table><tr>{heads}</tr>{cells}</table></div>'


def _cell(name: str, content: str) -> str:
    inner = f"<div>{content}</div>" if content else ""
    return f'<td data-head="{escape(name)}">{inner}</td>'


def _anchor(tag: str) -> str:
    return "area-" + re.sub(r"[^a-z0-9]+", "-", tag.lower())


def _json(value: Any) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _prose(text: str) -> str:
    """Escaped text, with `code` marked up."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
