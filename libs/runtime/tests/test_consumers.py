"""Consumers on a real broker: good records are handled in order, bad ones dead-lettered, unavailable dependencies waited for."""

import asyncio
import logging
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import MessageSizeTooLargeError
from faststream import AckPolicy
from pymongo.errors import AutoReconnect
from runtime_support.notes import noted_on
from runtime_support.stream import Reader, Stream

from runtime import metrics
from runtime.clock import system_clock
from runtime.consuming import consumer as consuming
from runtime.consuming.dead_letters import has_content, replayed
from runtime.consuming.kafka_client import KafkaClient
from runtime.consuming.processor import MAX_ATTEMPTS
from runtime.consuming.records import headers_of
from runtime.consuming.subscription import Delivery, Subscription
from runtime.errors import compare
from runtime.kafka.publisher import Record
from runtime.kafka.topics import LARGEST_RECORD
from runtime.logs import JsonFormatter
from support.events import records_of
from support.eventually import Eventually

PHONE = "13800001111"


class Moody:
    """Acts by what the note says: `poison` always fails, `twice` fails two times, `leak` lets a cancellation out."""

    def __init__(self) -> None:
        self.tries: Counter[str] = Counter()

    async def __call__(self, delivery: Delivery) -> None:
        text = delivery.event.text
        self.tries[text] += 1
        if text == "poison":
            raise ValueError("this note cannot be kept")
        if text == "twice" and self.tries[text] <= 2:
            raise RuntimeError("not yet")
        if text == "leak":
            raise asyncio.CancelledError


async def test_malformed_records_go_to_the_dead_letters_and_the_rest_goes_on_in_order(
    stream: Stream, eventually: Eventually
) -> None:
    good = [stream.record(stream.note(text)) for text in ("first", "poison", "twice", "leak", "last")]
    not_json = Record(stream.name, b"n1", b"{not json", good[0].headers)
    null_header = stream.record(stream.note("null header"), [("x-extra", None)])
    binary_header = stream.record(stream.note("binary header"), [("x-extra", b"\xff\xfe")])
    empty = Record(stream.name, b"n1", b"", good[0].headers)
    nothing = Record(stream.name, None, b"", ())
    first, poison, twice, leak, last = good
    await stream.publisher.publish(
        [first, not_json, null_header, binary_header, empty, nothing, poison, twice, leak, last]
    )
    reader = Reader(Moody())
    async with stream.taking(reader):
        await eventually(lambda: "last" in reader.done, within=30)
        await eventually(lambda: _all_committed(stream, 10), within=10, what="every record to be committed")
    assert reader.done == ["first", "null header", "binary header", "twice", "last"]
    letters = await stream.dead_letters()
    assert Counter(headers_of(letter)["dlq_reason"].split(":")[0] for letter in letters) == {
        "ValidationError": 2, "BadEnvelope": 1, "ValueError": 1, "CancellationEscaped": 1,
    }  # fmt: skip
    assert {headers_of(letter)["dlq_offset"] for letter in letters} == {"1", "4", "5", "6", "8"}


async def _all_committed(stream: Stream, count: int) -> bool:
    return sum((await stream.committed()).values()) == count


async def test_a_record_without_key_and_value_is_set_aside_like_any_other(
    stream: Stream, eventually: Eventually
) -> None:
    await _produce_nothing_at_all(stream)
    await stream.tell("after it")
    reader = Reader()
    async with stream.taking(reader):
        await eventually(lambda: reader.done == ["after it"])
    assert len(await stream.dead_letters()) == 1


async def _produce_nothing_at_all(stream: Stream) -> None:
    """aiokafka refuses to send such a record one by one; other clients do not."""
    async with AIOKafkaProducer(bootstrap_servers=stream.kafka) as producer:
        batch = producer.create_batch()
        batch.append(key=None, value=None, timestamp=None)
        await (await producer.send_batch(batch, stream.name, partition=0))


async def test_the_largest_record_of_a_topic_fits_into_its_dead_letter_topic(
    stream: Stream, eventually: Eventually
) -> None:
    headers = stream.record(stream.note()).headers
    await stream.publisher.publish([Record(stream.name, b"n1", b"x" * (LARGEST_RECORD - 600), headers)])
    async with stream.taking(Reader()):
        [letter] = await eventually(stream.dead_letters, within=15)
    assert len(letter.value) == LARGEST_RECORD - 600


async def _accept(stream: Stream, topic: str, largest: int) -> None:
    """What an operator may set on a topic."""
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, {"max.message.bytes": str(largest)})
    admin = AIOKafkaAdminClient(bootstrap_servers=stream.kafka)
    await admin.start()
    try:
        await admin.alter_configs([resource])
    finally:
        await admin.close()


async def test_a_record_too_large_for_its_dead_letter_topic_is_set_aside_without_its_content(
    stream: Stream, eventually: Eventually
) -> None:
    largest = 2 * LARGEST_RECORD
    await _accept(stream, stream.name, largest)
    headers = list(stream.record(stream.note()).headers)
    async with AIOKafkaProducer(bootstrap_servers=stream.kafka, max_request_size=2 * largest) as producer:
        await producer.send_and_wait(stream.name, b"x" * (largest - 10_000), key=b"n1", headers=headers)
    await stream.tell("after it")
    reader = Reader()
    async with stream.taking(reader):
        await eventually(lambda: reader.done == ["after it"], within=20)
        await eventually(lambda: _all_committed(stream, 2))
    [letter] = await stream.dead_letters()
    told = headers_of(letter)
    assert letter.value == b""
    assert not has_content(letter)
    assert (told["dlq_offset"], told["ce_id"]) == ("0", dict(headers)["ce_id"].decode())
    assert told["dlq_reason"].startswith("ValidationError")


async def test_a_dead_letter_topic_that_refuses_everything_is_waited_for(
    stream: Stream, eventually: Eventually
) -> None:
    await _accept(stream, stream.name + ".dlq", 10)
    await stream.publisher.publish(
        [Record(stream.name, b"n1", b"not json", stream.record(stream.note()).headers)]
    )
    async with stream.taking(Reader()) as consumers:
        await eventually(lambda: consumers.consumers[0].processor.waiting_for_dependency)
        await _accept(stream, stream.name + ".dlq", LARGEST_RECORD)
        await eventually(stream.dead_letters, within=20)


async def test_a_record_that_is_small_only_while_compressed_is_refused_by_its_topic(stream: Stream) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=stream.kafka, compression_type="gzip", max_request_size=2 * LARGEST_RECORD
    ) as producer:
        with pytest.raises(MessageSizeTooLargeError):
            await producer.send_and_wait(stream.name, b"x" * (LARGEST_RECORD + 1), key=b"n1")


async def test_a_dead_letter_keeps_bytes_key_and_headers_and_gives_reason_and_origin(
    stream: Stream, eventually: Eventually
) -> None:
    poison = stream.record(stream.note("poison"), [("x-null", None), ("x-bytes", b"\xff")])
    await stream.publisher.publish([poison])
    before = system_clock()
    async with stream.taking(Reader(Moody())):
        [letter] = await eventually(stream.dead_letters)
    assert (letter.key, letter.value) == (poison.key, poison.value)
    headers = dict(letter.headers)
    assert {name: headers[name] for name, _ in poison.headers} == dict(poison.headers)
    assert {name: value.decode() for name, value in headers.items() if name.startswith("dlq_")} | {
        "dlq_at": ""
    } == {
        "dlq_reason": "ValueError",
        "dlq_attempts": str(MAX_ATTEMPTS),
        "dlq_consumer": stream.settings().group(stream.service, "notes"),
        "dlq_topic": stream.name,
        "dlq_partition": "0",
        "dlq_offset": "0",
        "dlq_at": "",
    }
    assert before <= datetime.fromisoformat(headers["dlq_at"].decode()) <= datetime.now(UTC)


async def test_a_replayed_dead_letter_is_the_record_as_it_first_was(
    stream: Stream, eventually: Eventually
) -> None:
    poison = stream.record(stream.note("poison"), [("x-null", None)])
    await stream.publisher.publish([poison])
    async with stream.taking(Reader(Moody())):
        [letter] = await eventually(stream.dead_letters)
    mended = Reader()
    async with stream.taking(mended):
        await stream.publisher.publish([replayed(letter)])
        await eventually(lambda: mended.done == ["poison"])
    first, again = await records_of(stream.kafka, stream.name)
    assert (first.key, first.value, first.headers) == (again.key, again.value, again.headers)


async def test_a_record_that_fails_again_after_its_replay_keeps_only_the_newest_reason(
    stream: Stream, eventually: Eventually
) -> None:
    await stream.tell("poison")
    async with stream.taking(Reader(Moody())):
        [letter] = await eventually(stream.dead_letters)
        await stream.publisher.publish([replayed(letter)])
        _, newest = await eventually(lambda: _two(stream), within=15)
    assert [name for name, _ in newest.headers].count("dlq_reason") == 1
    assert headers_of(newest)["dlq_offset"] == "1"


async def _two(stream: Stream) -> Any:
    letters = await stream.dead_letters()
    return letters if len(letters) == 2 else None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": "/anchorage/somebody-else"}, "another than '/anchorage/notebook'"),
        ({"type": "elsewhere.Noted.v1"}, "not one of this platform's events"),
        ({"id": ""}, "ce_id"),
    ],
)
async def test_an_event_from_another_producer_is_refused(
    stream: Stream, eventually: Eventually, change: dict[str, Any], reason: str
) -> None:
    await stream.publisher.publish([stream.record(stream.note("forged"), **change)])
    await stream.tell("good")
    reader = Reader()
    async with stream.taking(reader):
        await eventually(lambda: reader.done == ["good"])
    [why] = await stream.reasons()
    assert reason in why


async def test_an_event_on_another_topic_than_its_own_is_refused(
    stream: Stream, kafka_bootstrap: str, module_prefix: str, eventually: Eventually
) -> None:
    """Who may write to one topic must not be able to speak for the producer of another."""
    async with Stream.fresh(kafka_bootstrap, module_prefix, eventually) as other:
        burnt = noted_on(other.topic, "Burnt")
        misplaced = other.record(stream.note("misplaced"))
        good = other.record(burnt(version=1, note_id="n1", text="good"))
        await other.publisher.publish([misplaced, good])
        reader = Reader()
        both = Subscription("both", (stream.Noted, burnt), reader)
        consumers = consuming.Consumers(
            other.service, other.settings(), [both], other.publisher, system_clock
        )
        await consumers.start()
        try:
            await eventually(lambda: "good" in reader.done)
        finally:
            await consumers.stop()
        assert reader.done == ["good"]
        [why] = await other.reasons()
        assert stream.topic.name in why


async def test_events_of_unknown_types_are_ignored(stream: Stream, eventually: Eventually) -> None:
    await stream.publisher.publish([stream.record(stream.note("new"), type="anchorage.NoteBurnt.v1")])
    await stream.tell("known")
    reader = Reader()
    async with stream.taking(reader):
        await eventually(lambda: reader.done == ["known"])
        await eventually(lambda: _all_committed(stream, 2))
    assert await stream.dead_letters() == []


async def test_ignored_records_advance_the_group_too(stream: Stream, eventually: Eventually) -> None:
    reader = Reader()
    async with stream.taking(reader) as consumers:
        await stream.tell("first")
        await eventually(lambda: reader.done == ["first"])
        moved_at = consumers.consumers[0].processor.progressed_at
        burnt = [stream.record(stream.note("new"), type="anchorage.NoteBurnt.v1") for _ in range(3)]
        await stream.publisher.publish(burnt)
        await eventually(lambda: _all_committed(stream, 4))
        assert consumers.consumers[0].processor.progressed_at > moved_at
        await stream.tell("last")
        await eventually(lambda: reader.done == ["first", "last"])


async def test_a_failing_batch_is_divided_and_handled_in_order(
    stream: Stream, eventually: Eventually
) -> None:
    texts = ["a1", "b1", "poison", "a2", "b2", "a3"]
    await stream.tell(*texts)
    moody = Moody()
    reader = Reader(moody)
    async with stream.taking(reader):
        await eventually(lambda: "a3" in reader.done, within=15)
    assert reader.batches[0] == texts
    assert reader.done == ["a1", "b1", "a2", "b2", "a3"]
    [letter] = await stream.dead_letters()
    assert headers_of(letter)["dlq_attempts"] == str(MAX_ATTEMPTS)


async def test_an_event_that_contradicts_our_record_is_set_aside_without_a_retry_and_counted(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def compare_amounts(delivery: Delivery) -> None:
        compare("order 1", amount=(1, 200))

    mismatched = Counter[str]()
    counter = SimpleNamespace(add=lambda n, _, event: mismatched.update({event: n}))
    monkeypatch.setattr(metrics, "facts_mismatched", counter)
    await stream.tell("forged")
    async with stream.taking(Reader(compare_amounts)):
        [letter] = await eventually(stream.dead_letters)
    headers = headers_of(letter)
    assert headers["dlq_attempts"] == "1"
    assert "amount 1, our record says 200" in headers["dlq_reason"]
    assert list(mismatched.values()) == [1]


async def test_an_unavailable_dependency_is_waited_for_and_nothing_is_dead_lettered(
    stream: Stream, eventually: Eventually
) -> None:
    back = asyncio.Event()
    tries = 0

    async def needs_mongodb(_: Delivery) -> None:
        nonlocal tries
        tries += 1
        if not back.is_set():
            raise AutoReconnect("connection closed")

    await stream.tell(*(str(n) for n in range(20)))
    reader = Reader(needs_mongodb)
    async with stream.taking(reader) as consumers:
        await eventually(lambda: tries > MAX_ATTEMPTS, within=20, what="more tries than a fault gets")
        assert consumers.consumers[0].processor.waiting_for_dependency
        assert await stream.committed() == {}
        back.set()
        await eventually(lambda: len(reader.done) == 20)
        await eventually(lambda: not consumers.consumers[0].processor.waiting_for_dependency)
    assert reader.done == [str(n) for n in range(20)]
    assert await stream.dead_letters() == []


async def test_a_records_own_error_ends_the_wait_for_a_dependency(
    stream: Stream, eventually: Eventually
) -> None:
    tries = 0

    async def away_then_poison(_: Delivery) -> None:
        nonlocal tries
        tries += 1
        raise AutoReconnect("connection closed") if tries < 3 else ValueError("poison")

    await stream.tell("one")
    async with stream.taking(Reader(away_then_poison)) as consumers:
        await eventually(stream.dead_letters, within=15)
        await eventually(lambda: not consumers.consumers[0].processor.waiting_for_dependency)


async def test_a_batch_that_takes_longer_than_the_poll_interval_stays_ours(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch full of poison is slow; the group must not think the replica dead and give the batch out again."""
    monkeypatch.setattr(consuming, "MAX_BATCH_MS", 2_000)
    await stream.tell("poison", "poison", "poison", "poison", "good")
    moody = Moody()
    reader = Reader(moody)
    async with stream.taking(reader):
        await eventually(lambda: _all_committed(stream, 5), within=30, what="the batch to be committed")
    assert reader.done == ["good"]
    assert len(await stream.dead_letters()) == 4


async def test_each_handled_record_counts_as_progress(stream: Stream, eventually: Eventually) -> None:
    await stream.tell("poison", "poison", "good")
    moved: set[float] = set()
    reader = Reader(Moody())
    async with stream.taking(reader) as consumers:

        def look() -> bool:
            moved.add(consumers.consumers[0].processor.progressed_at)
            return reader.done == ["good"]

        await eventually(look, within=15)
    assert len(moved) >= 3


async def test_nothing_is_lost_or_handled_twice_when_a_second_replica_joins(
    kafka_bootstrap: str, module_prefix: str, eventually: Eventually
) -> None:
    async with Stream.fresh(kafka_bootstrap, module_prefix, eventually, partitions=4) as stream:
        await stream.publisher.publish(
            [stream.record(stream.note(str(n), note_id=f"n{n}")) for n in range(96)]
        )
        under_way: Counter[str] = Counter()
        overlaps: list[str] = []

        async def slowly(delivery: Delivery) -> None:
            text = delivery.event.text
            under_way[text] += 1
            if under_way[text] > 1:
                overlaps.append(text)
            await asyncio.sleep(0.05)
            under_way[text] -= 1

        one, two = Reader(slowly), Reader(slowly)
        async with stream.taking(one, max_records=6):
            await eventually(lambda: len(one.done) >= 6)
            async with stream.taking(two, max_records=6):
                await eventually(lambda: len({*one.done, *two.done}) == 96, within=30)
        assert two.done, "the second replica was given nothing: the test shows nothing"
        assert overlaps == []
        assert Counter(one.done + two.done) == {str(n): 1 for n in range(96)}


async def test_a_rebalance_waits_for_a_batch_that_takes_longer_than_a_session(
    kafka_bootstrap: str, module_prefix: str, eventually: Eventually
) -> None:
    async with Stream.fresh(kafka_bootstrap, module_prefix, eventually, partitions=2) as stream:
        entered = asyncio.Event()

        async def longer_than_a_session(_: Delivery) -> None:
            entered.set()
            await asyncio.sleep(consuming.SESSION_TIMEOUT_MS / 1000 + 1.5)

        await stream.tell("slow")
        one, two = Reader(longer_than_a_session), Reader()
        async with stream.taking(one):
            await entered.wait()
            async with stream.taking(two):  # joins only when the batch has ended
                await eventually(lambda: _all_committed(stream, 1), within=20)
        assert (one.batches, two.batches) == ([["slow"]], [])


async def test_stopping_waits_for_the_batch_under_way(stream: Stream, eventually: Eventually) -> None:
    entered = asyncio.Event()

    async def slowly(_: Delivery) -> None:
        entered.set()
        await asyncio.sleep(0.1)

    await stream.tell(*"abcdef")
    first, second = Reader(slowly), Reader()
    async with stream.taking(first, max_records=3):
        await entered.wait()
    async with stream.taking(second):
        await eventually(lambda: len(second.done) + len(first.done) == 6)
    assert first.done + second.done == [*"abcdef"]


async def test_a_handler_that_outlasts_the_stop_receives_its_records_again(
    stream: Stream, eventually: Eventually
) -> None:
    entered = asyncio.Event()

    async def hangs(_: Delivery) -> None:
        entered.set()
        await asyncio.Event().wait()

    await stream.tell(*"abc")
    async with stream.taking(Reader(hangs), graceful_timeout=0.3):
        await entered.wait()
    after = Reader()
    async with stream.taking(after):
        await eventually(lambda: after.done == [*"abc"], within=20)


async def test_records_published_before_the_first_start_are_handled(
    stream: Stream, eventually: Eventually
) -> None:
    await stream.tell("early")
    reader = Reader()
    async with stream.taking(reader):
        await eventually(lambda: reader.done == ["early"])


async def test_no_producer_can_make_a_service_publish_by_asking_for_a_reply(
    stream: Stream, eventually: Eventually
) -> None:
    replies = stream.name + "-replies"
    admin = AIOKafkaAdminClient(bootstrap_servers=stream.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(replies, 1, 1)])
    await admin.close()
    asking = stream.record(stream.note("asking"), [("reply_to", replies.encode()), ("correlation_id", b"1")])
    await stream.publisher.publish([asking])
    reader = Reader()
    async with stream.taking(reader):
        await eventually(lambda: _all_committed(stream, 1))
    assert reader.done == ["asking"]
    assert await records_of(stream.kafka, replies) == []


async def test_every_delivery_setting_is_set_explicitly(stream: Stream) -> None:
    """The framework's defaults lose records: at most once, newest first, one acknowledgement."""
    async with stream.taking(Reader()) as consumers:
        subscriber = consumers.consumers[0]._subscriber
        kafka = consumers.consumers[0].client
        assert subscriber.ack_policy is AckPolicy.NACK_ON_ERROR
        assert subscriber._no_reply is True
        assert isinstance(kafka, KafkaClient)
        assert (kafka._auto_offset_reset, kafka._enable_auto_commit) == ("earliest", False)
        assert (kafka._session_timeout_ms, kafka._heartbeat_interval_ms) == (6_000, 2_000)
        assert kafka._max_poll_interval_ms == consuming.MAX_BATCH_MS
        assert kafka._group_id == stream.settings().group(stream.service, "notes")


async def test_neither_log_nor_reason_nor_label_repeats_what_a_record_holds(
    stream: Stream, eventually: Eventually, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def repeat_it(delivery: Delivery) -> None:
        raise ValueError(f"cannot call {delivery.event.text}")

    labels: list[tuple[str, ...]] = []
    counter = SimpleNamespace(add=lambda n, *of: labels.append(of))
    monkeypatch.setattr(metrics, "messages_consumed", counter)
    good = stream.record(stream.note(PHONE))
    headers = dict(good.headers)
    forged = [
        Record(stream.name, b"n1", good.value, tuple((headers | {name: PHONE.encode()}).items()))
        for name in ("ce_type", "ce_source", "ce_time", "ce_specversion")
    ]
    not_json = Record(stream.name, b"n1", PHONE.encode() + b"{", good.headers)
    await stream.publisher.publish([good, *forged, not_json])
    with caplog.at_level(logging.DEBUG, logger="runtime"):
        async with stream.taking(Reader(repeat_it)):
            await eventually(lambda: _all_committed(stream, 6), within=30)
    reasons = [headers_of(letter)["dlq_reason"] for letter in await stream.dead_letters()]
    lines = [JsonFormatter("reader").format(line) for line in caplog.records]
    assert len(reasons) == 6
    assert "ValueError" in reasons
    assert PHONE not in "".join([*reasons, *lines, *map(str, labels)])
    assert {event for _, event, _ in labels} == {stream.Noted.__name__, "other"}
