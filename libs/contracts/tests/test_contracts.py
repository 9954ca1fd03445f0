"""The generated files match the models, and no change breaks a reader."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.api.orders import RefundRequestBody
from contracts.asyncapi import document
from contracts.catalog import StockAdjusted, StockAdjustedV1
from contracts.checkout import OrderPlaced
from contracts.compatibility import breaking_changes
from contracts.envelope import BadEnvelope, Envelope
from contracts.event import EVENTS, Event, parse, published
from contracts.generate import ROOT, broken_readers, drift, schema_of
from contracts.registry import all_events
from contracts.topics import STOCK, TOPICS

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.json"))


def test_the_committed_files_match_the_models() -> None:
    assert drift(ROOT) == []


def test_no_model_breaks_a_published_schema() -> None:
    assert broken_readers(ROOT) == []


def _order_placed() -> dict[str, Any]:
    return schema_of(OrderPlaced)


def _remove_region(schema: dict[str, Any]) -> None:
    del schema["properties"]["region"]


def _narrow_order_id(schema: dict[str, Any]) -> None:
    schema["properties"]["order_id"]["pattern"] = "^[a-z]+$"


def _require_merchant(schema: dict[str, Any]) -> None:
    schema["properties"]["merchant"] = {"type": "string"}
    schema["required"].append("merchant")


def _shorten_titles(schema: dict[str, Any]) -> None:
    schema["$defs"]["OrderLine"]["properties"]["title"]["maxLength"] = 10


def _drop_a_product(schema: dict[str, Any]) -> None:
    schema["properties"]["payment_product"]["enum"].remove("app")


def _money_as_text(schema: dict[str, Any]) -> None:
    schema["$defs"]["Money"]["properties"]["amount"] = {"type": "string"}


def _add_a_product(schema: dict[str, Any]) -> None:
    schema["properties"]["payment_product"]["enum"].append("face")


def _allow_any_product(schema: dict[str, Any]) -> None:
    del schema["properties"]["payment_product"]["enum"]


def _lengthen_titles(schema: dict[str, Any]) -> None:
    schema["$defs"]["OrderLine"]["properties"]["title"]["maxLength"] = 9999


def _unlimited_titles(schema: dict[str, Any]) -> None:
    del schema["$defs"]["OrderLine"]["properties"]["title"]["maxLength"]


def _optional_lines(schema: dict[str, Any]) -> None:
    schema["required"].remove("lines")


def _one_more_kind_of_region(schema: dict[str, Any]) -> None:
    schema["properties"]["region"] = {"anyOf": [schema["properties"]["region"], {"type": "null"}]}


@pytest.mark.parametrize(
    "edit",
    [
        _remove_region, _narrow_order_id, _require_merchant, _shorten_titles, _drop_a_product, _money_as_text,
        _add_a_product, _allow_any_product, _lengthen_titles, _unlimited_titles, _optional_lines,
        _one_more_kind_of_region,
    ],
)  # fmt: skip
def test_a_breaking_change_of_a_schema_is_found(edit: Any) -> None:
    new = copy.deepcopy(_order_placed())
    edit(new)
    assert breaking_changes(_order_placed(), new)


def test_a_new_field_with_a_default_and_another_description_are_allowed() -> None:
    new = copy.deepcopy(_order_placed())
    new["properties"]["gift_note"] = {"type": "string", "default": ""}
    new["properties"]["region"]["description"] = "a province"
    assert breaking_changes(_order_placed(), new) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_still_parses(sample: Path) -> None:
    event = parse(sample.stem, sample.read_bytes())
    assert json.loads(event.model_dump_json(exclude_none=True)).keys() <= json.loads(
        sample.read_text(encoding="utf-8")
    ).keys() | {name for name, field in type(event).model_fields.items() if not field.is_required()}


def test_every_event_has_a_sample() -> None:
    assert {path.stem for path in SAMPLES} == set(EVENTS)


def test_every_reference_in_the_asyncapi_document_resolves() -> None:
    whole = document()

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [v for k, v in value.items() if k == "$ref"] + [
                r for v in value.values() for r in references(v)
            ]
        return [r for v in value for r in references(v)] if isinstance(value, list) else []

    for reference in references(whole):
        if reference.startswith("#/"):
            target: Any = whole
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]
        else:
            assert (ROOT / reference).exists(), reference


def test_every_topic_has_a_channel_and_every_event_is_in_one() -> None:
    channels = document()["channels"]
    assert set(channels) == {topic.name for topic in TOPICS}
    shown = [name for channel in channels.values() for name in channel["messages"]]
    assert sorted(shown) == sorted(event.__name__ for event in all_events())


def test_every_event_has_a_docstring() -> None:
    assert [event.__name__ for event in all_events() if not event.__doc__] == []


def test_two_schema_versions_of_an_event_stand_side_by_side_under_one_key() -> None:
    new, old = (
        parse(path.stem, path.read_bytes())
        for path in reversed([path for path in SAMPLES if ".StockAdjusted." in path.stem])
    )
    assert (type(new), type(old)) == (StockAdjusted, StockAdjustedV1)
    assert [event.type_name() for event in (new, old)] == [
        "anchorage.StockAdjusted.v2",
        "anchorage.StockAdjusted.v1",
    ]
    assert new.key == StockAdjusted.model_validate(new.model_dump()).adjustment_id
    assert old.model_copy(update={"order_id": new.key}).key == new.key


def test_an_event_without_its_key_field_cannot_be_published() -> None:
    class Keyless(Event):
        topic = STOCK
        own_key = "nothing"

    with pytest.raises(TypeError, match="nothing"):
        published(Keyless)


def test_events_are_frozen_and_ignore_unknown_fields() -> None:
    sample = next(path for path in SAMPLES if "OrderPaid" in path.stem)
    event = parse(
        sample.stem, json.dumps(json.loads(sample.read_text(encoding="utf-8")) | {"new_field": 1}).encode()
    )
    with pytest.raises(ValidationError):
        event.version = 2  # type: ignore[misc]


def test_an_envelope_survives_its_headers() -> None:
    envelope = Envelope(
        "id1", "anchorage.OrderPaid.v1", "/anchorage/checkout", datetime(2026, 1, 1, tzinfo=UTC), "o1", "00-a"
    )
    assert Envelope.of({name: value.decode() for name, value in envelope.headers()}) == envelope


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"ce_id": None}, "ce_id is missing"),
        ({"ce_id": ""}, "ce_id is missing or empty"),
        ({"ce_time": "soon"}, "ce_time"),
        ({"ce_time": "2026-01-01T00:00:00"}, "no time zone"),
        ({"ce_specversion": "0.3"}, "ce_specversion is not '1.0'"),
    ],
)
def test_a_broken_envelope_is_refused_and_the_wrong_header_named(
    change: dict[str, Any], complaint: str
) -> None:
    good = Envelope("id1", "t", "s", datetime(2026, 1, 1, tzinfo=UTC), "o1")
    headers = {name: value.decode() for name, value in good.headers()} | change
    with pytest.raises(BadEnvelope, match=complaint):
        Envelope.of({name: value for name, value in headers.items() if value is not None})


@pytest.mark.parametrize("amount", ['"100"', "true", "100.0", "1e2"])
def test_an_event_whose_integer_is_written_as_something_else_is_invalid(amount: str) -> None:
    sample = next(path for path in SAMPLES if "OrderPlaced" in path.stem)
    text = json.dumps(json.loads(sample.read_text(encoding="utf-8")) | {"version": "PLANTED"}).replace(
        '"PLANTED"', amount
    )
    with pytest.raises(ValidationError):
        parse(sample.stem, text.encode())


def test_two_events_cannot_have_one_type_name() -> None:
    with pytest.raises(TypeError, match=r"anchorage\.OrderPlaced\.v1"):
        published(type("OrderPlaced", (OrderPlaced,), {"__module__": __name__}))
    assert EVENTS["anchorage.OrderPlaced.v1"] is OrderPlaced


def test_no_refund_is_of_nothing() -> None:
    with pytest.raises(ValidationError, match="must be at least 1 fen"):
        RefundRequestBody.model_validate({"amount": {"amount": 0, "currency": "CNY"}, "reason": "late"})
