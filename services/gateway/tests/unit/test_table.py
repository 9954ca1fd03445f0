"""Rules that hold for every call of the table."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from gateway.faults import faults_of
from gateway.openapi import document
from gateway.table import CALLS

DOCUMENT = document(CALLS, "http://gateway")


def test_no_orders_call_accepts_a_host_token() -> None:
    orders = [call for call in CALLS if "/orders" in call.path]
    assert len(orders) >= 10
    assert not [call.name for call in orders if "host" in call.scopes]


def test_every_call_has_its_own_name_and_documents_its_answers() -> None:
    assert len({call.name for call in CALLS}) == len(CALLS)
    for call in CALLS:
        operation = DOCUMENT["paths"][call.documented_path][call.method.lower()]
        assert operation["summary"]
        good = [status for status in operation["responses"] if status.startswith(("2", "3"))]
        assert good or "410" in operation["responses"]  # another call replaced it
        assert {fault.status for fault in faults_of(call)} <= {
            int(status) for status in operation["responses"]
        }


def test_request_bodies_forbid_unknown_fields() -> None:
    for call in CALLS:
        if call.body is not None:
            assert call.body.model_config.get("extra") == "forbid", call.name


@pytest.mark.parametrize("status", [401, 403, 404, 413, 422, 503])
def test_a_call_with_scopes_documents_the_common_errors(status: int) -> None:
    [call] = [call for call in CALLS if call.name == "read_order"]
    assert status in {fault.status for fault in faults_of(call)}


def test_no_two_models_share_a_name() -> None:
    models: dict[str, type[BaseModel]] = {}
    for call in CALLS:
        for model in (call.body, call.answer):
            if model is not None:
                assert models.setdefault(model.__name__, model) is model
