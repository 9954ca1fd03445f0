"""The OpenAPI 3.1 document, made from the table of calls and their models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from contracts.api.common import ProblemDocument
from gateway.calls import JSON, Call, Fault
from gateway.faults import faults_of
from gateway.path_parameters import path_parameter
from gateway.recorded_examples import Example, add_example
from runtime.web.problems import PROBLEM_JSON
from runtime.web.tokens import CREATOR, HOST, OPS, OWNER, VIEWER

REF = "#/components/schemas/{model}"
Schemas = dict[type[BaseModel], dict[str, Any]]
VERSION = "1.0.0"
DESCRIPTION = """\
The HTTP API for host apps, owners, creators and operators. Amounts are integers in minor units (fen), times are RFC 3339
in UTC, lists take `cursor` and `limit`. Each caller, or the address of a caller without a token, has a rate limit for each class of calls (`x-limit`), which the
headers `RateLimit-Policy` and `RateLimit` state. Errors are RFC 9457 problem documents with a stable `code`. Every call accepts and
returns `traceparent`. An unknown path is answered with 404 `no_such_path`, an unknown method with 405
`method_not_allowed`."""

CLIENT_SCOPES = {
    HOST: "a host app: entrance, pages, search, sessions and scans, but no orders",
    OWNER: "an owner of mini programs",
    CREATOR: "a creator of videos",
    OPS: "an operator",
}
SECURITY_SCHEMES: dict[str, Any] = {
    "client": {
        "type": "oauth2",
        "description": "an access token, which a client gets for its secret",
        "flows": {"clientCredentials": {"tokenUrl": "/v1/token", "scopes": CLIENT_SCOPES}},
    },
    "session": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "a viewer's session token in one mini program (scope `viewer`), from POST /v1/sessions",
    },
}


def document(
    calls: Sequence[Call], public_url: str, examples: Mapping[str, Example] | None = None
) -> dict[str, Any]:
    """The document as JSON types; `examples` are by the names of the calls."""
    models: list[type[BaseModel]] = sorted(
        {ProblemDocument, *(model for call in calls for model in _models(call))}, key=lambda m: m.__name__
    )
    names, definitions = models_json_schema([(model, "validation") for model in models], ref_template=REF)
    schemas: Schemas = {model: names[model, "validation"] for model in models}
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        operation = _operation(call, schemas)
        if examples and call.name in examples:
            add_example(operation, examples[call.name])
        paths.setdefault(call.documented_path, {})[call.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Anchorage", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": public_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(call.tag for call in calls)],
        "paths": paths,
        "components": {"schemas": definitions["$defs"], "securitySchemes": SECURITY_SCHEMES},
    }


def _models(call: Call) -> Iterable[type[BaseModel]]:
    if call.answer is not None:
        yield call.answer
    yield from (model for _, model in call.bodies if model is not None)
    yield from (model for _, model in call.own_errors)


def _operation(call: Call, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.summary,
        "tags": [call.tag],
        "security": _security(call),
        "x-scopes": sorted(call.scopes),
        **({"x-roles": sorted(call.admitted_roles)} if call.scopes - {VIEWER} else {}),
        **({"x-limit": call.limit_class} if call.is_limited else {}),
        "parameters": [*_path_parameters(call), *_query_parameters(call), *_header_parameters(call)],
        "responses": {**_successes(call, schemas), **_failures(call, schemas)},
    }
    if call.bodies:
        operation["requestBody"] = _body(call, schemas)
    return operation


def _security(call: Call) -> list[dict[str, list[str]]]:
    """One alternative for each scope; an empty list means a public call."""
    return [{"session": []} if scope == VIEWER else {"client": [scope]} for scope in sorted(call.scopes)]


def _path_parameters(call: Call) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": path_parameter(name).schema()}
        for name in call.parameters
    ]


def _query_parameters(call: Call) -> list[dict[str, Any]]:
    schema = call.query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(field),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _without_null(field: dict[str, Any]) -> dict[str, Any]:
    """The schema without `null`: a query parameter is sent or left out."""
    some = [kind for kind in field.get("anyOf", ()) if kind.get("type") != "null"]
    rest = {key: value for key, value in field.items() if key not in ("anyOf", "title", "default")}
    default = {"default": field["default"]} if field.get("default") is not None else {}
    return rest | (some[0] if some else {}) | default


def _header_parameters(call: Call) -> list[dict[str, Any]]:
    return [
        {
            "name": header.name,
            "in": "header",
            "required": header.required,
            "description": header.meaning,
            "schema": {"type": "string", "pattern": f"^{header.pattern}$"},
        }
        for header in call.headers
    ]


def _body(call: Call, schemas: Schemas) -> dict[str, Any]:
    content = {
        media: {
            "schema": schemas[model]
            if model
            else {}
            if media == JSON
            else {"type": "string", "contentMediaType": media}
        }
        for media, model in call.bodies
    }
    return {"required": not call.body_optional, "content": content}


def _successes(call: Call, schemas: Schemas) -> dict[str, Any]:
    return {str(status.value): _success(call, status, schemas) for status in call.success}


def _success(call: Call, status: HTTPStatus, schemas: Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {"description": status.phrase}
    if status is HTTPStatus.FOUND:
        response["headers"] = {"Location": {"schema": {"type": "string"}}}
    elif status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        schema = schemas[call.answer] if call.answer is not None else {"type": "string"}
        response["content"] = {media: {"schema": schema} for media in call.media}
    return response


def _failures(call: Call, schemas: Schemas) -> dict[str, Any]:
    by_status: dict[int, list[Fault]] = {}
    for fault in faults_of(call):
        by_status.setdefault(fault.status, []).append(fault)
    answers = {str(status): _problem(faults) for status, faults in sorted(by_status.items())}
    for status, model in call.own_errors:
        known = answers.get(str(status), {"description": HTTPStatus(status).phrase, "content": {}})
        known["content"] = {**known["content"], JSON: {"schema": schemas[model]}}
        answers[str(status)] = known
    return answers


def _problem(faults: Sequence[Fault]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": "; ".join(f"`{fault.code}`: {fault.meaning}" for fault in faults),
        "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(model=ProblemDocument.__name__)}}},
    }
    if faults[0].status in (429, 503):
        answer["headers"] = {"Retry-After": {"description": "seconds", "schema": {"type": "string"}}}
    return answer
