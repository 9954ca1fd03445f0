"""The served routes are those of the document."""

from __future__ import annotations

import re

from gateway_support.running import Gateway

from gateway.openapi import document
from gateway.table import CALLS
from runtime.web.boundary import build_http
from runtime.web.routes import Route

DOCUMENT = document(CALLS, "http://gateway")


def documented() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}


async def test_the_served_calls_are_the_documented_calls(gateway: Gateway) -> None:
    served = {
        (route.method, route.resource.canonical if route.resource else "")
        for route in build_http(routes_of(gateway), gateway.service.verifier).router.routes()
        if route.method != "HEAD"
    }
    assert served == documented()


def routes_of(gateway: Gateway) -> list[Route]:
    service = gateway.service
    return [*service._routes, *service._health.routes()]


async def test_the_checked_scopes_and_roles_are_the_documented_ones(gateway: Gateway) -> None:
    checked = {
        (route.method, re.sub(r":[^}]+", "", route.path)): sorted(route.scopes)
        for route in routes_of(gateway)
    }
    documented_scopes = {
        (method.upper(), path): operation["x-scopes"]
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }
    assert checked == documented_scopes
    checked_roles = {
        (route.method, re.sub(r":[^}]+", "", route.path)): sorted(route.admitted_roles)
        for route in routes_of(gateway)
        if route.scopes - {"viewer"}
    }
    documented_roles = {
        (method.upper(), path): operation["x-roles"]
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if "x-roles" in operation
    }
    assert checked_roles == documented_roles
    public = {path for (_, path), scopes in documented_scopes.items() if not scopes}
    assert public == {
        "/v1/token", "/v1/owners", "/.well-known/jwks.json", "/media/{path}", "/v1/share-codes/{code}/image.png",
        "/v1/share-codes/{code}/image.svg", "/v1/share-codes/{code}/qr.png", "/v1/payments/alipay/notify",
        "/v1/payments/alipay/return", "/v1/carriers", "/openapi.json", "/docs", "/livez", "/readyz",
    }  # fmt: skip
