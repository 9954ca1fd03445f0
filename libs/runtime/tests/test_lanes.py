"""Records with a fault of their own do not hold up other keys."""

import asyncio
from collections import Counter

import pytest
from pymongo.errors import AutoReconnect
from runtime_support.stream import Reader, Stream

from runtime.consuming import lanes
from runtime.consuming.records import headers_of
from runtime.consuming.subscription import Delivery
from support.eventually import Eventually


class Faulty:
    """Fails by what the note says; `away` is unavailable and `hang` does not return, until `mended`."""

    def __init__(self) -> None:
        self.mended = asyncio.Event()
        self.tries: Counter[str] = Counter()

    async def __call__(self, delivery: Delivery) -> None:
        text = delivery.event.text
        self.tries[text] += 1
        if text.startswith("hang"):
            await self.mended.wait()
        if text.startswith("away") and not self.mended.is_set():
            raise AutoReconnect("connection closed")
        if text.startswith("poison"):
            raise ValueError("this note cannot be kept")


async def _tell(stream: Stream, *notes: tuple[str, str]) -> None:
    await stream.publisher.publish([stream.record(stream.note(text, note_id=key)) for key, text in notes])


@pytest.mark.parametrize("fault", ["hang", "away"])
async def test_a_key_that_waits_holds_up_only_its_own_later_records_and_no_other_key(
    stream: Stream, eventually: Eventually, fault: str
) -> None:
    faulty = Faulty()
    reader = Reader(faulty)
    await _tell(stream, ("bad", fault), ("bad", "after it"), ("good", "good 1"))
    async with stream.taking(reader) as consumers:
        await eventually(lambda: "good 1" in reader.done)
        await _tell(stream, ("bad", "last"), ("good", "good 2"))
        await eventually(lambda: "good 2" in reader.done)
        assert reader.done == ["good 1", "good 2"]
        assert sum((await stream.committed()).values()) == 0, "a commit would lose the record that waits"
        assert consumers.consumers[0].processor.parked == 3
        assert consumers.consumers[0].processor.oldest_seconds > 0
        faulty.mended.set()
        await eventually(lambda: len(reader.done) == 5)
        await eventually(lambda: _committed(stream, 5))
    assert [text for text in reader.done if not text.startswith("good")] == [fault, "after it", "last"]
    assert await stream.dead_letters() == []


async def _committed(stream: Stream, count: int) -> bool:
    return sum((await stream.committed()).values()) == count


async def test_what_waits_at_a_stop_is_delivered_again(stream: Stream, eventually: Eventually) -> None:
    first, second = Reader(Faulty()), Reader()
    await _tell(stream, ("bad", "hang"), ("good", "good"))
    async with stream.taking(first, graceful_timeout=0.3):
        await eventually(lambda: first.done == ["good"])
    async with stream.taking(second):
        await eventually(lambda: "hang" in second.done, within=20)


async def test_a_record_that_always_hangs_becomes_a_dead_letter_while_others_are_handled(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "CALL_SECONDS", 0.2)
    reader = Reader(Faulty())
    await _tell(stream, ("bad", "hang"))
    async with stream.taking(reader):
        count = 0

        async def dead() -> bool:
            nonlocal count
            count += 1
            await _tell(stream, (f"good{count}", "good"))
            return bool(await stream.dead_letters())

        await eventually(dead, within=30)
    [letter] = await stream.dead_letters()
    assert headers_of(letter)["dlq_reason"].startswith("HandlerHangs")


async def test_a_record_that_hangs_with_nothing_else_to_handle_is_never_a_dead_letter(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything may hang because a dependency does."""
    monkeypatch.setattr(lanes, "CALL_SECONDS", 0.05)
    faulty = Faulty()
    reader = Reader(faulty)
    await _tell(stream, ("bad", "hang"))
    async with stream.taking(reader):
        await eventually(lambda: faulty.tries["hang"] > 2 * lanes.MAX_ATTEMPTS, within=20)
        faulty.mended.set()
        await eventually(lambda: reader.done == ["hang"])
    assert await stream.dead_letters() == []


async def test_full_lanes_make_the_stream_wait_and_lose_nothing(
    stream: Stream, eventually: Eventually, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MAX_RECORDS", 4)
    faulty = Faulty()
    reader = Reader(faulty)
    await _tell(stream, *((f"bad{n}", f"hang {n}") for n in range(12)), ("good", "good"))
    async with stream.taking(reader, max_records=4) as consumers:
        processor = consumers.consumers[0].processor
        await eventually(lambda: processor.parked >= 4)
        assert processor.parked <= 8
        faulty.mended.set()
        await eventually(lambda: len(reader.done) == 13, within=20)
    assert Counter(reader.done) == Counter([*(f"hang {n}" for n in range(12)), "good"])
