"""One trace over every hop, metrics, and logs without personal data."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from runtime_support.noting import NOTES, NoteTaken
from runtime_support.process import Place, Process

from contracts.envelope import Envelope, source_of
from runtime.clock import system_clock
from runtime.consuming.records import headers_of
from runtime.ids import random_id
from runtime.kafka.publisher import Publisher, Record
from support.events import records_of
from support.eventually import Eventually

PHONE = "13800001111"


@pytest_asyncio.fixture(scope="module")
async def place(
    kafka_bootstrap: str, mongodb_uri: str, module_prefix: str, tmp_path_factory: Any
) -> AsyncIterator[Place]:
    folder: Path = tmp_path_factory.mktemp("telemetry")
    async with Place.fresh(kafka_bootstrap, mongodb_uri, module_prefix, folder) as fresh:
        yield fresh


def trace(*, sampled: bool = True) -> tuple[str, str, str]:
    """A new trace: its id, the caller's span, and the header."""
    trace_id, span_id = secrets.token_hex(16), secrets.token_hex(8)
    return trace_id, span_id, f"00-{trace_id}-{span_id}-{sampled:02d}"


@pytest_asyncio.fixture(scope="module")
async def batch(place: Place) -> list[tuple[str, str]]:
    """Traces of notes that lie on the topic before the service starts, so that it takes them as one batch."""
    publisher = Publisher(place.kafka)
    traces, records = [], []
    for n in range(10):
        trace_id, span_id, header = trace()
        event = NoteTaken(version=1, note_id=f"batch{n}")
        envelope = Envelope(
            random_id(), event.type_name(), source_of("noting"), system_clock(), event.key, header
        )
        value = event.model_dump_json().encode()
        records.append(
            Record(place.prefix + NOTES.name, event.key.encode(), value, tuple(envelope.headers()))
        )
        traces.append((trace_id, span_id))
    await publisher.publish(records)
    await publisher.stop()
    return traces


@pytest_asyncio.fixture(scope="module")
async def replica(place: Place, batch: list[tuple[str, str]]) -> Process:
    return await place.replica()


def chain_of(spans: list[dict[str, Any]], trace_id: str) -> list[tuple[str, str | None]]:
    """(name, parent's name or id) of the spans of a trace, from the first to the last."""
    mine = sorted((s for s in spans if s["trace_id"] == trace_id), key=lambda s: s["start_ns"])
    names = {s["span_id"]: s["name"] for s in mine}
    return [(s["name"], names.get(s["parent_id"], s["parent_id"])) for s in mine]


async def test_one_trace_leads_from_the_request_over_kafka_to_the_last_effect(
    place: Place, replica: Process, eventually: Eventually
) -> None:
    trace_id, caller, header = trace()
    await place.take(replica, "traced", traceparent=header)
    await place.all_heard({"traced"})
    expected = [
        ("POST /notes", caller),
        ("NoteTaken process", "POST /notes"),
        ("NoteEchoed process", "NoteTaken process"),
    ]
    await eventually(lambda: chain_of(place.spans(), trace_id) == expected)


async def test_each_record_of_a_batch_stays_in_its_own_trace(
    place: Place, replica: Process, batch: list[tuple[str, str]], eventually: Eventually
) -> None:
    await place.all_heard({f"batch{n}" for n in range(10)})
    for trace_id, producer in batch:
        expected = [("NoteTaken process", producer), ("NoteEchoed process", "NoteTaken process")]
        await eventually(lambda t=trace_id, e=expected: chain_of(place.spans(), t) == e)


async def test_the_records_on_kafka_carry_the_trace(place: Place, replica: Process) -> None:
    trace_id, _, header = trace()
    await place.take(replica, "carried", traceparent=header)
    await place.all_heard({"carried"})
    for topic in ("notes", "echoes"):
        [record] = [r for r in await records_of(place.kafka, place.prefix + topic) if r.key == b"carried"]
        assert trace_id in headers_of(record)["traceparent"]


async def test_an_unsampled_trace_is_passed_on_and_not_stored(
    place: Place, replica: Process, eventually: Eventually
) -> None:
    unsampled, caller, header = trace(sampled=False)
    await place.take(replica, "unsampled", traceparent=header)
    await place.all_heard({"unsampled"})
    for topic in ("notes", "echoes"):
        [record] = [r for r in await records_of(place.kafka, place.prefix + topic) if r.key == b"unsampled"]
        assert headers_of(record)["traceparent"] == f"00-{unsampled}-{caller}-00"
    later, _, header = trace()
    await place.take(replica, "later", traceparent=header)
    await eventually(lambda: len(chain_of(place.spans(), later)) == 3)
    assert chain_of(place.spans(), unsampled) == []


async def test_a_log_line_says_which_trace_it_belongs_to(place: Place, replica: Process) -> None:
    trace_id, _, header = trace()
    await place.take(replica, "logged", traceparent=header)
    [line] = [line for line in replica.lines() if line.get("note_id") == "logged"]
    assert line["trace_id"] == trace_id


async def test_a_dead_letter_is_logged_with_its_trace_and_without_personal_data(
    place: Place, replica: Process, eventually: Eventually
) -> None:
    trace_id, _, header = trace()
    await place.take(replica, "bad", f"poison {PHONE}", traceparent=header)
    [letter] = await eventually(lambda: records_of(place.kafka, place.prefix + "notes.dlq"), within=20)
    [line] = [line for line in replica.lines() if line["message"] == "a record goes to the dead letters"]
    assert trace_id in line["traceparent"]

    def failed() -> list[dict[str, Any]]:
        return [s for s in place.spans() if s["trace_id"] == trace_id and s["status"] == "ERROR"]

    await eventually(failed)
    assert PHONE not in str(replica.lines()) + str(place.spans()) + str(letter.headers)


async def test_the_metrics_page_has_rates_errors_durations_and_lag(
    place: Place, replica: Process, eventually: Eventually
) -> None:
    await place.take(replica, "measured")
    async with place.http.post(replica.url + "/notes", data=b"{") as refused:
        assert refused.status == 400
    await place.all_heard({"measured"})
    group = place.prefix + "noting.echo"

    async def page() -> list[str]:
        async with place.http.get(replica.metrics_url + "/metrics") as answer:
            lines = (await answer.text()).splitlines()
        for parts in (
            (
                "http_server_request_duration_seconds_count",
                'http_route="/notes"',
                'http_response_status_code="201"',
            ),
            (
                "http_server_request_duration_seconds_bucket",
                'http_route="/notes"',
                'http_response_status_code="400"',
            ),
            ("anchorage_consumer_lag", f'messaging_consumer_group_name="{group}"'),
            (
                "messaging_client_consumed_messages_total",
                'anchorage_outcome="done"',
                'anchorage_event="NoteTaken"',
            ),
            ("messaging_client_sent_messages_total", 'anchorage_event="other"', "notes"),
            ("anchorage_relay_delay_seconds_count",),
            ("anchorage_consumer_delay_seconds_count", group),
        ):
            assert any(all(part in line for part in parts) for line in lines), parts
        return lines

    await eventually(page)


async def test_the_metrics_are_not_on_the_port_of_the_calls(place: Place, replica: Process) -> None:
    async with place.http.get(replica.url + "/metrics") as refused:
        assert refused.status == 404
    async with place.http.post(replica.metrics_url + "/notes", data=b"{}") as no_call:
        assert no_call.status == 404


async def test_a_method_beyond_those_of_http_is_no_label(place: Place, replica: Process) -> None:
    async with place.http.request("PROPFIND", replica.url + "/notes") as refused:
        assert refused.status == 405
    async with place.http.get(replica.metrics_url + "/metrics") as answer:
        page = await answer.text()
    assert 'http_request_method="_OTHER"' in page
    assert "PROPFIND" not in page


async def test_without_a_collector_nothing_is_sent_and_nothing_complains(
    place: Place, replica: Process
) -> None:
    told = [line for line in replica.lines() if line["logger"].startswith("opentelemetry")]
    assert told == []


async def test_with_a_collector_spans_and_metrics_go_to_it(place: Place) -> None:
    received: set[str] = set()

    async def collect(request: web.Request) -> web.Response:
        assert await request.read()
        received.add(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/{path:.*}", collect)
    async with TestServer(app, host="127.0.0.1") as collector:
        replica = await place.replica(
            OTEL_EXPORTER_OTLP_ENDPOINT=str(collector.make_url("")).rstrip("/"),
            OTEL_BSP_SCHEDULE_DELAY="100", OTEL_METRIC_EXPORT_INTERVAL="200",
        )  # fmt: skip
        await place.take(replica, "exported")
        async with asyncio.timeout(15):
            while received != {"/v1/traces", "/v1/metrics"}:
                await asyncio.sleep(0.05)
        await replica.kill()
