"""The OpenAPI document."""

from __future__ import annotations

import re

from jsonschema import Draft202012Validator

from gateway.openapi import document
from gateway.table import CALLS

DOCUMENT = document(CALLS, "http://gateway")


def test_every_reference_resolves_and_every_schema_is_valid() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    names = set(re.findall(r"'#/components/schemas/([^']+)'", repr(DOCUMENT)))
    assert names <= set(schemas)
    assert "ProblemDocument" in names


def test_the_main_answers_have_the_promised_fields() -> None:
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


def test_limits_of_query_parameters_are_json_schema() -> None:
    [place] = [
        parameter
        for parameter in DOCUMENT["paths"]["/v1/mini-programs/{mini_program_id}/orders"]["post"]["parameters"]
        if parameter["name"] == "wait"
    ]
    assert (place["schema"]["minimum"], place["schema"]["maximum"]) == (0, 10)
    schemas = [
        parameter["schema"]
        for methods in DOCUMENT["paths"].values()
        for operation in methods.values()
        for parameter in operation["parameters"]
    ]
    assert not [schema for schema in schemas if schema.keys() & {"ge", "le", "gt", "lt"}]
