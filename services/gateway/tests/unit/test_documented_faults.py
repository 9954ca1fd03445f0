"""The error codes in the sources of the services are those of the gateway's table of faults."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from gateway import faults
from gateway.calls import Fault
from gateway.faults import faults_of
from gateway.table import CALLS

SERVICES = Path(__file__).parents[3]
BEHIND = ("identity", "catalog", "search", "checkout", "payment", "sharecode", "webhooks", "feeds")
REFUSALS = {"Problem", "Refused", "QueryRefused"}
"""Exceptions that carry a code."""
INTERNAL = {
    "another_amount_under_this_id",  # in payment, about an event and not a call
    "invalid_client", "invalid_request", "invalid_scope", "unsupported_grant_type",  # those of RFC 6749, with a model of their own
}  # fmt: skip


def raised() -> Iterator[tuple[str, int | None, str]]:
    """Service, status (if the source names it) and code of every refusal."""
    for service in BEHIND:
        for source in sorted((SERVICES / service / "src").rglob("*.py")):
            for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Name)
                    and node.func.id in REFUSALS
                ):
                    constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                    status = next((value for value in constants if isinstance(value, int)), None)
                    code = next(
                        (value for value in constants if isinstance(value, str) and " " not in value), None
                    )
                    if code is not None:
                        yield service, status, code


def test_every_refusal_of_a_service_is_documented_with_its_status() -> None:
    known = [fault for fault in vars(faults).values() if isinstance(fault, Fault)]
    found = list(raised())
    assert len(found) > 20, "the sources of the services were read"
    missing = {
        (service, status, code)
        for service, status, code in found
        if code not in INTERNAL
        and not any(fault.code == code and status in (None, fault.status) for fault in known)
    }
    assert not missing


def test_every_documented_fault_can_happen_in_some_call() -> None:
    known = {fault for fault in vars(faults).values() if isinstance(fault, Fault)}
    used = {fault for call in CALLS for fault in faults_of(call)}
    assert not known - used
