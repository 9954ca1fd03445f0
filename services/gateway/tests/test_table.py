"""The table of calls, what is served and what is documented are one and the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from gateway.docs_example import curl
from gateway.docs_page import CSP, STYLE, page
from gateway.faults import faults_of
from gateway.openapi import document
from gateway.table import CALLS
from runtime.web.boundary import build_http

DOCUMENT = document(CALLS, "http://gateway")


def documented() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}


async def test_what_is_served_is_documented_and_the_other_way_round(caller: Any) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in served_app(caller).router.routes()
        if route.method != "HEAD"
    }
    assert served == documented()


def served_app(caller: Any) -> web.Application:
    """The application as the service builds it."""
    service = caller.service
    return build_http([*service._routes, *service._health_routes()], service.verifier)


async def test_the_scopes_that_are_documented_are_those_that_are_checked(caller: Any) -> None:
    checked = {
        (route.method, re.sub(r":[^}]+", "", route.path)): sorted(route.scopes)
        for route in [*caller.service._routes, *caller.service._health_routes()]
    }
    told = {
        (method.upper(), path): operation["x-scopes"]
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert checked == told
    public = {path for (_, path), scopes in told.items() if not scopes}
    assert public == {
        "/v1/token", "/.well-known/jwks.json", "/media/{path}", "/v1/share-codes/{code}/image.png",
        "/v1/share-codes/{code}/image.svg", "/v1/share-codes/{code}/qr.png", "/v1/payments/alipay/notify",
        "/v1/payments/alipay/return", "/openapi.json", "/docs", "/livez", "/readyz", "/metrics",
    }  # fmt: skip


def test_no_host_token_is_good_for_any_orders_call() -> None:
    orders = [call for call in CALLS if "/orders" in call.path]
    assert len(orders) >= 10
    assert not [call.name for call in orders if "host" in call.scopes]


def test_every_call_has_a_name_of_its_own_and_says_what_it_answers() -> None:
    assert len({call.name for call in CALLS}) == len(CALLS)
    for call in CALLS:
        operation = DOCUMENT["paths"][call.documented_path][call.method.lower()]
        assert operation["summary"]
        assert [status for status in operation["responses"] if status.startswith(("2", "3"))]
        assert {fault.status for fault in faults_of(call)} <= {
            int(status) for status in operation["responses"]
        }


def test_requests_take_no_field_that_is_not_asked_for() -> None:
    for call in CALLS:
        if call.body is not None:
            assert call.body.model_config.get("extra") == "forbid", call.name


def test_every_reference_of_the_document_leads_somewhere_and_every_schema_is_one() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    names = set(re.findall(r"'#/components/schemas/([^']+)'", repr(DOCUMENT)))
    assert names <= set(schemas)
    assert "ProblemDocument" in names


def test_the_page_of_documents_shows_every_call_and_loads_nothing() -> None:
    html = page(DOCUMENT)
    for call in CALLS:
        assert f'id="{call.name}"' in html
        assert call.documented_path in html
    assert not re.findall(r"""(?:src|href)=["'](?!#|/openapi\.json)""", html)
    assert "<script" not in html
    assert f"<style>{STYLE}</style>" in html, "and its style is the one that the policy names"
    assert "sha256-" in CSP
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="shape-{name}"' in html
    leads_to = set(re.findall(r'href="#([^"]+)"', html))
    assert leads_to <= set(re.findall(r'id="([^"]+)"', html)), "and every link leads somewhere"


def test_every_call_is_shown_as_one_would_type_it_with_a_body_that_is_right() -> None:
    for call in CALLS:
        operation = DOCUMENT["paths"][call.documented_path][call.method.lower()]
        typed = curl(call.documented_path, call.method, operation, DOCUMENT["components"]["schemas"])
        assert typed.startswith("curl ")
        assert "{" not in typed.splitlines()[0], "what is to be filled in is a variable of the shell"
        assert ("Authorization" in typed) == bool(call.scopes)
    [place] = [call for call in CALLS if call.name == "place_order"]
    typed = curl(
        place.documented_path,
        "POST",
        DOCUMENT["paths"][place.documented_path]["post"],
        DOCUMENT["components"]["schemas"],
    )
    assert '"$GATEWAY/v1/mini-programs/$MINI_PROGRAM_ID/orders"' in typed
    assert "Idempotency-Key" in typed
    assert json.loads(typed.split("-d ")[1].strip("'")) == {"lines": [{"sku_id": "…", "quantity": 1}]}


@pytest.mark.parametrize("status", [401, 403, 404, 413, 422, 503])
def test_a_call_with_scopes_documents_what_can_go_wrong_with_any(status: int) -> None:
    [call] = [call for call in CALLS if call.name == "read_order"]
    assert status in {fault.status for fault in faults_of(call)}


def test_the_shapes_of_api_md_are_the_documents_own() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    promised: dict[str, set[str]] = {
        "TokenAnswer": {"access_token", "token_type", "expires_in", "scope"},
        "SessionAnswer": {"session_token", "openid", "expires_in"},
        "SearchAnswer": {"query", "results", "mini_programs", "accounts", "products", "next_cursor"},
        "StorePage": {"mini_program", "banner_url", "categories", "products", "degraded"},
        "ScanAnswer": {"code", "target", "click_id"},
        "OrderView": {"order_id", "status", "lines", "total", "payment", "refunds", "attribution", "history"},
    }
    for name, fields in promised.items():
        assert fields <= set(schemas[name]["properties"]), name


def test_a_model_is_named_once() -> None:
    models: dict[str, type[BaseModel]] = {}
    for call in CALLS:
        for model in (call.body, call.answer):
            if model is not None:
                assert models.setdefault(model.__name__, model) is model
