"""Each call has an example, which its schemas allow, and which names nothing of the system that it was recorded from."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gateway.for_clients import for_clients
from gateway.openapi import document
from gateway.recorded_examples import Body, recorded_examples
from gateway.table import CALLS

EXAMPLES = recorded_examples()
DOCUMENT = document(CALLS, "http://gateway", EXAMPLES)
OF_CLIENTS = for_clients()


def test_each_call_has_an_example_and_each_example_a_call() -> None:
    assert {call.name for call in CALLS} == EXAMPLES.keys(), "`make examples` records them"


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_the_example_is_right_and_shown(call: Any) -> None:
    example = EXAMPLES[call.name]
    operation = DOCUMENT["paths"][call.documented_path][call.method.lower()]
    _check(DOCUMENT, operation.get("requestBody", {}), example.request)
    _check(DOCUMENT, operation["responses"][str(example.status)], example.answer)
    kept = OF_CLIENTS["paths"].get(call.documented_path, {}).get(call.method.lower())
    if kept is not None and example.answer is not None and str(example.status) in kept["responses"]:
        _check(OF_CLIENTS, kept["responses"][str(example.status)], example.answer, shown=False)
    for parameter in operation["parameters"]:
        if "example" in parameter:
            Draft202012Validator(parameter["schema"]).validate(parameter["example"])
        assert "example" in parameter or not parameter["required"], parameter["name"]


def _check(whole: dict[str, Any], place: dict[str, Any], body: Body | None, *, shown: bool = True) -> None:
    """The body is of a type and schema that are documented at this place."""
    if body is None or body.content is None:
        return
    media = place["content"][body.media]
    schema = media["schema"] | {"components": whole["components"]}
    Draft202012Validator(schema).validate(body.content)
    assert not shown or media["example"] == body.content


def test_no_example_holds_an_address_or_a_secret_of_the_recorded_system() -> None:
    for name, example in EXAMPLES.items():
        text = json.dumps(example.as_json())
        assert "127.0.0.1" not in text, name
        assert "localhost" not in text, name
        assert "Bearer ey" not in text, name
