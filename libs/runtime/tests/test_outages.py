"""Kafka or MongoDB killed and restarted: everything waits, nothing is lost, nothing is dead-lettered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import pytest_asyncio
from aiokafka.errors import KafkaError
from runtime_support.notebook import Notebook, texts_of
from runtime_support.stream import Reader, Stream

from runtime.consuming.kafka_client import FLUSH_SECONDS
from runtime.consuming.records import headers_of
from runtime.consuming.subscription import Delivery
from runtime.consuming.watchdog import STUCK_AFTER_SECONDS, Watchdog
from runtime.kafka.publisher import STOP_SECONDS, Publisher
from runtime.mongo.client import connect, database
from support.breakable import BreakableParts
from support.eventually import Eventually

STOPPED_WITHIN_SECONDS = 15
"""More than settling may take: aiokafka leaves the group and closes its connections, each with a time of its own."""


@pytest_asyncio.fixture
async def stream(breakable: BreakableParts, eventually: Eventually) -> AsyncIterator[Stream]:
    async with Stream.fresh(breakable.kafka, "", eventually) as fresh:
        yield fresh


@pytest_asyncio.fixture
async def notebook(breakable: BreakableParts, stream: Stream) -> AsyncIterator[Notebook]:
    async with Notebook.fresh(breakable.mongodb, stream) as fresh:
        yield fresh


async def test_while_mongodb_is_unavailable_records_wait_and_none_is_dead_lettered(
    breakable: BreakableParts, stream: Stream, eventually: Eventually
) -> None:
    client = connect(breakable.mongodb + "&serverSelectionTimeoutMS=500")
    seen = database(client, "reader")["seen"]

    async def keep(delivery: Delivery) -> None:
        await seen.update_one({"_id": delivery.event.text}, {"$inc": {"count": 1}}, upsert=True)

    async with stream.taking(Reader(keep)) as consumers:
        await stream.tell("before")
        await eventually(lambda: seen.find_one({"_id": "before"}))
        async with breakable.away("mongodb"):
            await stream.tell(*(str(n) for n in range(50)))
            await eventually(lambda: consumers.consumers[0].processor.waiting_for_dependency, within=20)
        await eventually(lambda: _count(seen, 51), within=30)
        await eventually(lambda: not consumers.consumers[0].processor.waiting_for_dependency)
    assert await stream.dead_letters() == []
    await client.close()


async def _count(seen: object, expected: int) -> bool:
    found: int = await seen.count_documents({})  # type: ignore[attr-defined]
    assert found == expected, found
    return True


async def test_a_dead_letter_that_cannot_be_written_yet_is_written_later(
    breakable: BreakableParts, stream: Stream, eventually: Eventually
) -> None:
    tries = 0

    async def kafka_goes_with_the_last_try(delivery: Delivery) -> None:
        nonlocal tries
        if delivery.event.text == "poison":
            tries += 1
            if tries == 4:
                await breakable.kill("kafka")
            raise ValueError("this note cannot be kept")

    await stream.tell("poison")
    reader = Reader(kafka_goes_with_the_last_try)
    async with stream.taking(reader):
        await eventually(lambda: tries == 4, within=20)
        await breakable.start("kafka")
        await eventually(stream.dead_letters, within=30)
        await stream.tell("after")
        await eventually(lambda: "after" in reader.done, within=30)
    assert {headers_of(letter)["dlq_offset"] for letter in await stream.dead_letters()} == {"0"}


async def test_events_recorded_while_kafka_is_unavailable_are_published_in_order_afterwards(
    breakable: BreakableParts, notebook: Notebook, eventually: Eventually
) -> None:
    stream = notebook.stream
    async with notebook.relaying() as relay, stream.taking(Reader()) as consumers:
        dog = Watchdog(consumers.consumers, lambda: now)
        now = 1000.0
        await notebook.take("n1", "n1v1")
        await stream.tell("a", "b")
        await eventually(notebook.all_published)
        await breakable.kill("kafka")
        async with _without_history(breakable, stream) as other:
            for version in range(2, 12):
                await notebook.change("n1", version, f"n1v{version}")
            direct = asyncio.create_task(stream.tell("c", "d"))
            await dog._check(consumers.consumers[0])
            now += STUCK_AFTER_SECONDS + 1
            await dog._check(consumers.consumers[0])
            assert dog.stuck == [], "the broker's absence is not the consumer's fault"
            assert relay.working
            assert not direct.done(), "publishing waits for the broker"
            await breakable.start("kafka")
            await eventually(notebook.all_published, within=30)
            await eventually(other.all_published, within=30)
            await asyncio.wait_for(direct, 30)
            await stream.tell("e")
    told = [text for text in texts_of(await notebook.published()) if text != "read"]
    assert [text for text in told if len(text) == 1] == [*"abcde"]
    noted = [text for text in told if len(text) > 1]
    assert [text for n, text in enumerate(noted) if text not in noted[:n]] == [
        f"n1v{v}" for v in range(1, 12)
    ]


@asynccontextmanager
async def _without_history(breakable: BreakableParts, stream: Stream) -> AsyncIterator[Notebook]:
    """A relay that has to read all outboxes just when there is no broker to publish them to."""
    async with Notebook.fresh(breakable.mongodb, stream) as notebook:
        await notebook.relay().prepare()
        await notebook.take("n2", "read")
        await notebook.db["relay"].update_one({}, {"$set": {"token": {"_data": "not a token"}}})
        async with notebook.relaying():
            yield notebook


async def test_a_stop_does_not_wait_for_a_broker_that_does_not_answer(
    breakable: BreakableParts, stream: Stream, eventually: Eventually
) -> None:
    await stream.tell("before")
    async with breakable.frozen("kafka"):
        waiting = asyncio.create_task(stream.tell("during"))
        await asyncio.sleep(0.1)  # it is on its way
        async with asyncio.timeout(3 * STOP_SECONDS):
            await stream.publisher.stop()
        with pytest.raises(KafkaError):
            await asyncio.wait_for(waiting, 5)
    await eventually(lambda: _told(stream, "after"), within=30, what="the thawed broker to take records")


async def _told(stream: Stream, text: str) -> bool:
    with suppress(KafkaError):
        await stream.tell(text)
        return True
    return False


async def test_a_consumer_that_could_not_commit_stops_and_its_records_are_delivered_again(
    breakable: BreakableParts, stream: Stream, eventually: Eventually
) -> None:
    first, second = Reader(), Reader()
    async with stream.taking(first) as consumers:
        await stream.tell("a")
        await eventually(lambda: first.done == ["a"], within=20)
        await eventually(stream.committed, what="the commit")
        await stream.tell("b")
        await eventually(lambda: first.done == ["a", "b"], within=20)
        await breakable.kill("kafka")
        async with asyncio.timeout(FLUSH_SECONDS + STOPPED_WITHIN_SECONDS):
            await consumers.stop()
        await breakable.start("kafka")
    async with stream.taking(second):
        await stream.tell("c")
        await eventually(lambda: "c" in second.done, within=30)
    assert second.done in (["b", "c"], ["c"]), "only what was not committed may come again"


async def test_an_abandoned_producer_sends_nothing_more(breakable: BreakableParts, stream: Stream) -> None:
    """What it still held is published again; were it sent as well, later records of the key would come before it."""
    publisher = Publisher(breakable.kafka)
    await publisher.publish([stream.record(stream.note("v1"))])
    producer = publisher._producer
    async with breakable.frozen("kafka"):
        first = asyncio.create_task(publisher.publish([stream.record(stream.note("v2"))]))
        await asyncio.sleep(0.3)  # it is on its way to a broker that does not answer
        held = asyncio.create_task(publisher.publish([stream.record(stream.note("v3"))]))
        await asyncio.sleep(0.1)
        await publisher._discard(producer)
        for publishing in (first, held):
            with pytest.raises(KafkaError):
                await asyncio.wait_for(publishing, 5)
    await publisher.publish([stream.record(stream.note(text)) for text in ("v2", "v3", "v4")])
    await asyncio.sleep(0.5)  # an unfinished producer would send now
    told = texts_of(await Notebook.published(Notebook(None, stream)))  # type: ignore[arg-type]
    assert told[-3:] == ["v2", "v3", "v4"]
    assert told.count("v3") == 1
    await publisher.stop()
