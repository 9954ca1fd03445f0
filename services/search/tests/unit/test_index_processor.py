"""Records become effects and offsets in one commit, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

import pytest
from aiokafka import ConsumerRecord
from search_support.events import PROGRAM, product, program, stock
from search_support.projected import ProjectedWorld
from search_support.records import KeepingPublisher, consumed, consumed_event

from contracts.engagement import SearchPerformed
from contracts.topics import DEAD_LETTER_SUFFIX, MINI_PROGRAMS, PRODUCTS, STOCK_LEVELS
from runtime.clock import system_clock
from runtime.consuming import processor as consuming
from runtime.kafka.publisher import Record
from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.index_processor import IndexProcessor
from search.adapters.sqlite_state import SqliteState
from search.application.facts import Fact
from search.application.ports import IndexUnavailable, Offsets
from search.application.projection import Changes
from search.domain.documents import Product
from search.subscribers import EVENTS
from support.eventually import Eventually

TOPICS = {event.topic.name: event.topic for event in EVENTS}
POISON = Record(PRODUCTS.name, b"p9", b"{", ())


class Replica:
    """A processor over a world of its own."""

    def __init__(self, publisher: KeepingPublisher) -> None:
        self.state = SqliteState()
        self.world = ProjectedWorld(TantivyIndex(), self.state)
        self.processor = IndexProcessor(self.world.projection, EVENTS, TOPICS, publisher, system_clock)

    def fail_when(self, fails: Callable[[Sequence[Fact]], Exception | None]) -> None:
        """Have `apply` raise what `fails` returns."""
        projection = self.world.projection
        apply = projection.apply

        def failing(facts: Sequence[Fact], offsets: Offsets) -> Changes:
            if error := fails(facts):
                raise error
            return apply(facts, offsets)

        projection.apply = failing  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consuming, "MIN_BACKOFF_SECONDS", 0.0)


@pytest.fixture
def publisher() -> KeepingPublisher:
    return KeepingPublisher()


@pytest.fixture
def replica(publisher: KeepingPublisher) -> Iterator[Replica]:
    made = Replica(publisher)
    yield made
    made.state.close()


def lamps(count: int) -> list[ConsumerRecord]:
    """A shop, and lamps from offset 0 of the products."""
    return [
        consumed_event(program(), 0),
        *(consumed_event(product(f"p{n}", f"Desk lamp {n}"), n) for n in range(count)),
    ]


def broken_lamp(facts: Sequence[Fact]) -> Exception | None:
    is_there = any(isinstance(fact, Product) and fact.product_id == "p1" for fact in facts)
    return RuntimeError("cannot be indexed") if is_there else None


async def test_effects_and_offsets_are_stored_together(replica: Replica) -> None:
    await replica.processor.process([*lamps(2), consumed_event(stock("p1", 0, 1), 7, partition=3)])
    assert sorted(replica.world.found("lamp")) == [("Desk lamp 0", 9900, True), ("Desk lamp 1", 9900, False)]
    assert replica.state.offsets() == {
        (MINI_PROGRAMS.name, 0): 1,
        (PRODUCTS.name, 0): 2,
        (STOCK_LEVELS.name, 3): 8,
    }


async def test_records_without_effect_at_the_end_move_the_offsets(replica: Replica) -> None:
    in_a_store = SearchPerformed(
        viewer="v", viewer_is_known=True, host_id="app", search_id="s", query="lamp", results=(), mini_program_id=PROGRAM
    )  # fmt: skip
    ignored = consumed_event(in_a_store, 5)
    await replica.processor.process([*lamps(1), ignored])
    assert replica.state.offsets()[ignored.topic, 0] == 6
    await replica.processor.process([consumed_event(in_a_store, 6)])
    assert replica.state.offsets()[ignored.topic, 0] == 7


async def test_an_erased_product_is_gone_for_good(replica: Replica) -> None:
    await replica.processor.process(lamps(2))
    await replica.processor.process([consumed(Record(PRODUCTS.name, b"p0", None, ()), 2)])
    await replica.processor.process([consumed_event(product("p0", "Desk lamp again", version=99), 3)])
    assert replica.world.found("lamp") == [("Desk lamp 1", 9900, True)]


async def test_a_failing_record_is_dead_lettered_and_the_rest_is_applied(
    replica: Replica, publisher: KeepingPublisher
) -> None:
    replica.fail_when(broken_lamp)
    await replica.processor.process(lamps(3))
    assert sorted(title for title, *_ in replica.world.found("lamp")) == ["Desk lamp 0", "Desk lamp 2"]
    assert [(letter.topic, letter.key) for letter in publisher.records] == [
        (PRODUCTS.name + DEAD_LETTER_SUFFIX, b"p1")
    ]
    assert dict(publisher.records[0].headers)["dlq_attempts"] == b"4"
    assert replica.state.offsets()[PRODUCTS.name, 0] == 3


async def test_a_batch_is_retried_while_the_engine_is_unavailable(
    replica: Replica, publisher: KeepingPublisher
) -> None:
    answers = iter([IndexUnavailable("no answer")] * 9)
    replica.fail_when(lambda _: next(answers, None))
    await replica.processor.process(lamps(2))
    assert len(replica.world.found("lamp")) == 2
    assert publisher.records == []


async def test_no_offset_passes_a_record_that_is_not_done(
    replica: Replica, publisher: KeepingPublisher, eventually: Eventually
) -> None:
    replica.fail_when(broken_lamp)
    publisher.available = False
    processing = asyncio.create_task(replica.processor.process(lamps(3)))
    await eventually(lambda: replica.processor.waiting_for_dependency)
    processing.cancel()
    await asyncio.wait({processing})
    assert replica.state.offsets()[PRODUCTS.name, 0] == 1


async def test_a_rebuild_dead_letters_no_record_again(replica: Replica, publisher: KeepingPublisher) -> None:
    batch = [*lamps(3), consumed(POISON, 3)]
    replica.fail_when(broken_lamp)
    await replica.processor.process(batch)
    rebuilt = Replica(publisher)
    rebuilt.state.put_dead_letters(replica.state.dead_letters())
    rebuilt.fail_when(broken_lamp)
    await rebuilt.processor.process(batch)
    assert [letter.key for letter in publisher.records] == [b"p9", b"p1"]
    assert rebuilt.state.offsets() == replica.state.offsets()
    assert rebuilt.world.found("lamp") == replica.world.found("lamp")
    rebuilt.state.close()
