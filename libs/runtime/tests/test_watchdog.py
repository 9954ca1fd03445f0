"""The watchdog checks progress: a consumer that makes no progress is named, one that waits for a dependency is not."""

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from pymongo.errors import AutoReconnect
from runtime_support.stream import Reader, Stream

from runtime.consuming import consumer as consuming
from runtime.consuming import watchdog as watching
from runtime.consuming.consumer import Consumer, Consumers
from runtime.consuming.subscription import Delivery
from runtime.consuming.watchdog import STUCK_AFTER_SECONDS, Watchdog
from runtime.kafka.publisher import Record
from support.events import records_of
from support.eventually import Eventually


class Watch:
    """A watchdog over consumers, with a clock of its own."""

    def __init__(self, consumers: Consumers) -> None:
        self.time = 1000.0
        self.one: Consumer = consumers.consumers[0]
        self.dog = Watchdog(consumers.consumers, lambda: self.time)

    async def stuck_later(self) -> list[str]:
        """What it reports after two checks further apart than the limit."""
        await self.dog._check(self.one)
        self.time += STUCK_AFTER_SECONDS + 1
        await self.dog._check(self.one)
        return self.dog.stuck


async def test_a_dead_loop_is_noticed_at_once(stream: Stream, eventually: Eventually) -> None:
    async with stream.taking(Reader()) as consumers:
        watch = Watch(consumers)
        assert watch.dog.stuck == []
        [loop] = watch.one._subscriber.tasks
        loop.cancel()  # what a cancellation that leaks out of a handler does to the framework's loop
        await eventually(lambda: watch.dog.stuck == [watch.one.group], within=5)


async def test_waiting_records_without_progress_are_noticed_until_there_is_progress(
    stream: Stream, eventually: Eventually
) -> None:
    go_on = asyncio.Event()

    async def hangs(_: Delivery) -> None:
        await go_on.wait()

    await stream.tell(*"abc")
    reader = Reader(hangs)
    async with stream.taking(reader) as consumers:
        watch = Watch(consumers)
        await eventually(lambda: reader.batches)
        await watch.dog._check(watch.one)  # sees it for the first time
        assert await watch.stuck_later() == [watch.one.group]
        go_on.set()
        await eventually(stream.committed)
        assert await watch.stuck_later() == []


async def test_polling_behind_a_hanging_handler_is_not_progress(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for ignored records: the client is polled all the time, to stay in its group."""
    monkeypatch.setattr(consuming, "MAX_BATCH_MS", 2_000)
    go_on, polled = asyncio.Event(), 0

    async def hangs(_: Delivery) -> None:
        await go_on.wait()

    async def counted(*args: Any, **settings: Any) -> Any:
        nonlocal polled
        found = await poll(*args, **settings)
        polled += bool(found)
        return found

    await stream.tell("a")
    reader = Reader(hangs)
    async with stream.taking(reader) as consumers:
        one = consumers.consumers[0]
        await eventually(lambda: reader.batches)
        assert one.client is not None
        poll, moved_at = one.client.getmany, one.processor.progressed_at
        monkeypatch.setattr(one.client, "getmany", counted)
        other = stream.record(stream.note("x"), type="anchorage.NoteBurnt.v1")
        await stream.publisher.publish([stream.record(stream.note("b")), other])
        await eventually(lambda: polled >= 2)
        assert one.processor.progressed_at == moved_at
        go_on.set()
        await eventually(lambda: reader.done == ["a", "b"])


async def test_an_idle_consumer_is_not_stuck(stream: Stream) -> None:
    async with stream.taking(Reader()) as consumers:
        assert await Watch(consumers).stuck_later() == []


async def test_waiting_for_a_dependency_is_not_stuck(stream: Stream, eventually: Eventually) -> None:
    back = asyncio.Event()

    async def away(_: Delivery) -> None:
        if not back.is_set():
            raise AutoReconnect("connection closed")

    await stream.tell("a")
    async with stream.taking(Reader(away)) as consumers:
        watch = Watch(consumers)
        await eventually(lambda: watch.one.processor.waiting_for_dependency)
        assert await watch.stuck_later() == []
        back.set()


async def test_expired_records_do_not_count_as_lag(stream: Stream) -> None:
    """All records have expired, so a new group cannot be behind."""
    await stream.tell(*"abc")
    admin = AIOKafkaAdminClient(bootstrap_servers=stream.kafka)
    await admin.start()
    await admin.delete_records({TopicPartition(stream.name, 0): RecordsToDelete(before_offset=3)})
    await admin.close()
    async with stream.taking(Reader()) as consumers:
        assert await watching._lag(consumers.consumers[0]) == 0
        assert await Watch(consumers).stuck_later() == []


async def test_the_lag_counts_unhandled_records(stream: Stream, eventually: Eventually) -> None:
    go_on = asyncio.Event()

    async def hangs(_: Delivery) -> None:
        await go_on.wait()

    await stream.tell(*"abcde")
    reader = Reader(hangs)
    async with stream.taking(reader) as consumers:
        await eventually(lambda: reader.batches)
        assert await watching._lag(consumers.consumers[0]) == 5
        go_on.set()
        await eventually(lambda: reader.done)

        async def done() -> bool:
            return await watching._lag(consumers.consumers[0]) == 0

        await eventually(done)


async def test_the_watchdog_keeps_checking(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "CHECK_INTERVAL_SECONDS", 0.05)
    monkeypatch.setattr(watching, "STUCK_AFTER_SECONDS", 0.3)

    async def hangs(_: Delivery) -> None:
        await asyncio.Event().wait()

    await stream.tell("a")
    async with stream.taking(Reader(hangs), graceful_timeout=0.1) as consumers:
        dog = Watchdog(consumers.consumers)
        looking = asyncio.create_task(dog.run())
        await eventually(lambda: dog.stuck == [consumers.consumers[0].group])
        looking.cancel()


async def test_a_batch_that_fails_again_and_again_is_noticed_whatever_passes_on_other_partitions(
    kafka_bootstrap: str, module_prefix: str, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "STUCK_AFTER_SECONDS", 0.5)

    async def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of the machinery")

    async with Stream.fresh(kafka_bootstrap, module_prefix, eventually, partitions=2) as stream:
        bad, good = await _keys_of_two_partitions(stream)
        reader = Reader()
        async with stream.taking(reader, max_records=1) as consumers:
            one = consumers.consumers[0]
            set_aside = one.processor.set_aside
            monkeypatch.setattr(one.processor, "set_aside", fails)
            dog = Watchdog(consumers.consumers)
            await stream.publisher.publish([Record(stream.name, bad, b"not json", ())])

            async def stuck() -> bool:
                note = stream.note("good", note_id=good.decode())
                other = stream.record(note, type="anchorage.NoteBurnt.v1")
                await stream.publisher.publish([stream.record(note), other])
                return dog.stuck == [one.group]

            await eventually(stuck, within=20)
            assert reader.done.count("good") > 1
            monkeypatch.setattr(one.processor, "set_aside", set_aside)
            await eventually(lambda: dog.stuck == [], within=20)


async def _keys_of_two_partitions(stream: Stream) -> tuple[bytes, bytes]:
    """Two keys whose records go to different partitions."""
    keys = [f"n{n}".encode() for n in range(20)]
    await stream.publisher.publish([stream.record(stream.note("key", note_id=key.decode())) for key in keys])
    partition_of = {record.key: record.partition for record in await records_of(stream.kafka, stream.name)}
    return keys[0], next(key for key in keys if partition_of[key] != partition_of[keys[0]])
