"""A service as a process: killed, frozen and stopped, it loses nothing and does nothing twice."""

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from runtime_support.noting import ECHOES, NOTES
from runtime_support.process import Place

from runtime.consuming.records import headers_of
from support.events import records_of
from support.eventually import Eventually


@pytest_asyncio.fixture
async def place(kafka_bootstrap: str, mongodb_uri: str, prefix: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with Place.fresh(kafka_bootstrap, mongodb_uri, prefix, tmp_path) as fresh:
        yield fresh


async def test_a_killed_processes_work_is_done_by_the_next_and_repeats_are_the_same_records(
    place: Place, eventually: Eventually
) -> None:
    first = await place.replica()
    await place.take(first, "slow1", "slow")
    await eventually(lambda: place.db["tries"].find_one({"_id": "slow1"}), what="the slow handler to begin")
    await asyncio.gather(*(place.take(first, f"n{n}") for n in range(30)))
    await eventually(lambda: records_of(place.kafka, place.prefix + NOTES.name))
    await first.kill()  # in a handler, and between a publish and the next store of the relay's position
    await place.replica()
    await place.all_heard({"slow1", *(f"n{n}" for n in range(30))})
    tries = {note["_id"]: note["count"] async for note in place.db["tries"].find()}
    assert tries["slow1"] >= 2, "the record of the killed handler was not delivered again"
    assert await place.db["echoes"].count_documents({}) == 31
    for topic, collection in ((NOTES, "notes"), (ECHOES, "echoes")):
        copies = defaultdict(set)
        for record in await records_of(place.kafka, place.prefix + topic.name):
            copies[headers_of(record)["ce_id"]].add((record.key, record.value, tuple(record.headers)))
        recorded = {e["id"] async for note in place.db[collection].find() for e in note["outbox"].values()}
        assert set(copies) == recorded
        assert [copy for copy in copies.values() if len(copy) > 1] == []


async def test_a_frozen_replica_is_replaced_and_does_no_harm_when_it_thaws(place: Place) -> None:
    first = await place.replica()
    await place.take(first, "n1")
    second = await place.replica()
    first.send(signal.SIGSTOP)
    await place.take(second, "n2")
    await place.all_heard({"n1", "n2"})
    first.send(signal.SIGCONT)
    await place.take(first, "n3")
    await place.take(second, "n4")
    await place.all_heard({"n1", "n2", "n3", "n4"})
    assert await place.db["echoes"].count_documents({}) == 4


async def test_a_service_stops_in_time_and_leaves_nothing_half_done(place: Place) -> None:
    replica = await place.replica()
    await asyncio.gather(*(place.take(replica, f"n{n}") for n in range(40)))
    replica.send(signal.SIGTERM)
    assert await replica.ended(within=10) == 0
    await place.replica()
    await place.all_heard({f"n{n}" for n in range(40)})
    heard = [note["count"] async for note in place.db["heard"].find()]
    assert heard == [1] * 40, "a stop in order repeats nothing"


async def test_a_stop_does_not_wait_for_a_handler_that_hangs(place: Place, eventually: Eventually) -> None:
    replica = await place.replica(ANCHORAGE_GRACEFUL_TIMEOUT="PT0.5S")
    await place.take(replica, "slow1", "slow")
    await eventually(lambda: place.db["tries"].find_one({"_id": "slow1"}))
    replica.send(signal.SIGTERM)
    assert await replica.ended(within=10) == 0


async def test_a_service_stops_while_it_waits_for_its_database(place: Place, eventually: Eventually) -> None:
    place.mongodb = "mongodb://127.0.0.1:1/?replicaSet=rs0&serverSelectionTimeoutMS=300"
    starting = asyncio.create_task(place.replica())
    await eventually(lambda: place.replicas and _waits(place), within=40, what="it to wait")
    [replica] = place.replicas
    async with place.http.get(replica.url + "/livez") as alive:
        assert alive.status == 200
    async with place.http.get(replica.url + "/readyz") as ready:
        assert ready.status == 503
    replica.send(signal.SIGTERM)
    assert await replica.ended(within=10) == 0
    starting.cancel()


def _waits(place: Place) -> bool:
    return any(line["message"] == "not ready yet" for line in place.replicas[0].lines())
