"""`anchorage status`: what relays and groups have not handled, what needs a hand, and the screen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiokafka import AIOKafkaConsumer, TopicPartition
from bson import Timestamp

from anchorage_cli import orders, status
from anchorage_cli.dlq import replay
from anchorage_cli.installation import Installation
from anchorage_cli.lag import GroupLag, lags
from anchorage_cli.processes import Process, addresses
from anchorage_cli.relays import RelayState, relay_state
from anchorage_cli.status import Payments, Status, needs
from anchorage_cli.status_text import screen
from anchorage_cli.waiting_letters import WaitingLetters, waiting_letters
from contracts.topics import ORDERS, PAYMENTS
from runtime.clock import system_clock
from runtime.consuming.dead_letters import dead_letter
from runtime.kafka.publisher import Publisher, Record
from runtime.kafka.topics import ensure_topics
from runtime.mongo.change_stream import operation_time
from runtime.mongo.client import Database, connect, database
from runtime.stalled import Stalled
from support.events import records_of

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AGO = timedelta(minutes=3)
WELL = Status(
    NOON, [Process("checkout", "http://c", True, True)], [RelayState("checkout", True, NOON, 0)],
    [GroupLag("checkout.stock", 3, NOON - timedelta(seconds=2))], [], orders.Report([], []), Payments(4, 0, 1, 0),
)  # fmt: skip
STALLED = Stalled("order", "o1", "closing", NOON, "payment", "Is payment running?")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            replace(WELL, processes=[Process("search", "", None, None, "its address is unknown")]),
            "search: its address",
        ),
        (
            replace(WELL, relays=[RelayState("checkout", False, None, 0)]),
            "nobody publishes the events of checkout",
        ),
        (
            replace(WELL, relays=[RelayState("checkout", True, NOON - AGO, 0)]),
            "an event of checkout waits since 180 s",
        ),
        (replace(WELL, relays=[RelayState("checkout", True, None, 2)]), "2 aggregate(s) of checkout"),
        (replace(WELL, groups=[GroupLag("checkout.stock", 3, NOON - AGO)]), "group checkout.stock"),
        (
            replace(WELL, dead_letters=[WaitingLetters("orders", 5, 1)]),
            "1 dead letter(s) of orders in the last day",
        ),
        (replace(WELL, stalled=orders.Report([STALLED], [])), "1 stalled"),
        (replace(WELL, stalled=orders.Report([], ["payment"])), "payment does not check"),
        (replace(WELL, groups=None), "Kafka does not answer"),
        (replace(WELL, payments=None), "MongoDB does not answer"),
    ],
)
def test_what_needs_a_hand_is_said(found: Status, says: str) -> None:
    [need] = needs(found)
    assert says in need
    found.needs = [need]
    assert f"  {need}" in list(screen(found))


def test_old_dead_letters_and_small_delays_need_no_hand() -> None:
    assert needs(replace(WELL, dead_letters=[WaitingLetters("orders", 5, 0)])) == []
    lines = list(screen(WELL))
    assert lines[-1] == "All is well."
    assert lines[1].split() == ["checkout", "yes", "yes", "0.0", "s", "1", "3", "2.0", "s"]


def test_addresses_are_those_that_services_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANCHORAGE_CATALOG_URL", "http://catalog:8080/")
    monkeypatch.setenv("ANCHORAGE_PUBLIC_URL", "https://shop.example")
    found = addresses()
    assert (found["catalog"], found["gateway"], found["search"]) == (
        "http://catalog:8080", "https://shop.example", "",
    )  # fmt: skip


async def test_a_process_that_does_not_answer_is_neither_ready_nor_live() -> None:
    [found] = await status.processes({"catalog": "http://127.0.0.1:1"})
    assert (found.ready, found.live, found.well) == (None, None, False)
    assert "does not answer" in found.why


async def test_a_process_says_by_its_status_whether_it_is_well_and_in_its_answer_why_not() -> None:
    async def health(request: web.Request) -> web.Response:
        if request.path.startswith("/sandbox"):
            return web.Response(text="ok")
        found = {"/readyz": {"started": True, "mongodb": False}, "/livez": {"stuck": ["relay"]}}
        return web.json_response(found[request.path], status=503)

    app = web.Application()
    app.router.add_get("/{path:.*}", health)
    async with TestServer(app, host="127.0.0.1") as server:
        url = str(server.make_url("")).rstrip("/")
        sick, well = await status.processes({"catalog": url, "alipay_sandbox": url + "/sandbox"})
    assert sick == Process("catalog", url, False, False, "not ready: mongodb; stuck: relay; restart it")
    assert well.well


@pytest.fixture
async def db(mongodb_uri: str, prefix: str) -> AsyncIterator[Database]:
    client = connect(mongodb_uri)
    yield database(client, prefix + "checkout")
    await client.close()


async def test_a_relay_is_behind_until_its_position_passes_what_was_recorded(db: Database) -> None:
    assert await relay_state(db, "checkout") is None
    await db["relay"].insert_one({"_id": "outbox", "start": await operation_time(db), "fence": 0})
    await db["orders_a"].insert_one({"_id": "o0", "version": 1})  # without an outbox: nothing to publish
    found = await relay_state(db, "checkout")
    assert found == RelayState("checkout", led=False, waiting_since=None, set_aside=0)

    before = system_clock()
    await db["orders_a"].insert_one({"_id": "o1", "version": 1, "outbox": {"00000001_000": {"id": "e1"}}})
    found = await relay_state(db, "checkout")
    assert found is not None
    assert found.waiting_since is not None
    assert before - timedelta(seconds=1) < found.waiting_since < before + timedelta(minutes=1)

    recorded_at = await operation_time(db)
    after = Timestamp(recorded_at.time, recorded_at.inc + 1)
    await db["relay"].update_one({"_id": "outbox"}, {"$set": {"start": after}})
    await db["leases"].insert_one({"_id": "relay", "until": system_clock() + timedelta(minutes=1)})
    await db["orders_b"].insert_one({"_id": "o2", "version": 1})
    assert await relay_state(db, "checkout") == RelayState(
        "checkout", led=True, waiting_since=None, set_aside=0
    )


async def test_a_group_is_behind_by_what_it_has_not_committed(kafka_bootstrap: str, prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix, [ORDERS])
    publisher, name = Publisher(kafka_bootstrap), prefix + ORDERS.name
    before = system_clock()
    try:
        await publisher.publish([Record(name, b"a", str(n).encode(), ()) for n in range(5)])
    finally:
        await publisher.stop()
    [record, *_] = await records_of(kafka_bootstrap, name)
    for group, offset in ((f"{prefix}catalog.orders", 3), (f"{prefix}other.orders", 0)):
        consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka_bootstrap, group_id=group, enable_auto_commit=False
        )
        await consumer.start()
        at = TopicPartition(name, record.partition)
        consumer.assign([at])
        await consumer.commit({at: offset})
        await consumer.stop()
    [lag] = await lags(Installation(kafka_bootstrap, "", prefix, Path()))
    assert (lag.group, lag.waiting) == ("catalog.orders", 2)
    assert lag.oldest is not None
    assert lag.oldest > before - timedelta(seconds=1)


async def test_a_group_that_has_never_committed_is_behind_by_all_that_it_is_to_read(
    kafka_bootstrap: str, prefix: str
) -> None:
    await ensure_topics(kafka_bootstrap, prefix, [ORDERS])
    publisher, name = Publisher(kafka_bootstrap), prefix + ORDERS.name
    try:
        await publisher.publish([Record(name, str(n).encode(), b"x", ()) for n in range(20)])
    finally:
        await publisher.stop()
    consumer = AIOKafkaConsumer(
        name, bootstrap_servers=kafka_bootstrap, group_id=f"{prefix}catalog.orders", enable_auto_commit=False
    )
    await consumer.start()
    try:
        [lag] = await lags(Installation(kafka_bootstrap, "", prefix, Path()))
    finally:
        await consumer.stop()
    assert (lag.group, lag.waiting) == ("catalog.orders", 20)


async def test_dead_letters_are_counted_until_they_are_replayed(kafka_bootstrap: str, prefix: str) -> None:
    await ensure_topics(kafka_bootstrap, prefix, [ORDERS, PAYMENTS])
    publisher, name = Publisher(kafka_bootstrap), prefix + ORDERS.name
    try:
        await publisher.publish([Record(name, b"a", str(n).encode(), ()) for n in range(3)])
        letters = [
            dead_letter(record, reason="a test", attempts=4, consumer="tests", at=system_clock())
            for record in await records_of(kafka_bootstrap, name)
        ]
        await publisher.publish(letters)
    finally:
        await publisher.stop()
    where = Installation(kafka_bootstrap, "", prefix, Path())
    now = system_clock()
    assert await waiting_letters(where, now - timedelta(days=1)) == [WaitingLetters("orders", 3, 3)]
    assert await waiting_letters(where, now + timedelta(hours=1)) == [WaitingLetters("orders", 3, 0)]
    await replay(where, ORDERS.name)
    assert await waiting_letters(where, now - timedelta(days=1)) == []
