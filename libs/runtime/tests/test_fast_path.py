"""The fast path: each entry once, in its aggregate's order, and what it cannot carry is left to the stream."""

from runtime.outbox.fast_path import MAX_PENDING, FastPath
from runtime.outbox.recorder import Recorded


def change(aggregate: str, before: int, version: int) -> Recorded:
    """A change with one entry, whose id names it."""
    return Recorded(("notes", aggregate), before, version, ({"id": f"{aggregate}{version}"},))


def ids(changes: list[Recorded]) -> list[str]:
    return [entry["id"] for recorded in changes for entry in recorded.entries]


def enabled() -> FastPath:
    fast_path = FastPath()
    fast_path.enable()
    return fast_path


def sent(fast_path: FastPath) -> list[str]:
    """Publish the pending changes."""
    changes = fast_path.drain()
    fast_path.confirm(changes)
    return ids(changes)


def test_a_new_aggregate_and_its_next_changes_take_the_fast_path_in_order() -> None:
    fast_path = enabled()
    fast_path.stream_needed.clear()
    for recorded in (change("a", 0, 1), change("b", 0, 1), change("a", 1, 2), change("a", 2, 4)):
        fast_path.offer(recorded)
    assert not fast_path.stream_needed.is_set()
    assert sent(fast_path) == ["a1", "b1", "a2", "a4"]
    assert ids(fast_path.take_unpublished([change("a", 0, 1), change("a", 1, 2)])) == []


def test_a_change_after_another_process_is_left_to_the_stream() -> None:
    fast_path = enabled()
    fast_path.offer(change("a", 0, 1))
    fast_path.stream_needed.clear()
    fast_path.offer(change("a", 2, 3))
    assert fast_path.stream_needed.is_set()
    assert sent(fast_path) == ["a1"]
    assert ids(fast_path.take_unpublished([change("a", 0, 1), change("a", 1, 2), change("a", 2, 3)])) == [
        "a2",
        "a3",
    ]


def test_changes_that_follow_a_streamed_one_take_the_fast_path_again() -> None:
    fast_path = enabled()
    assert ids(fast_path.take_unpublished([change("a", 0, 1)])) == ["a1"]
    fast_path.offer(change("a", 1, 2))
    assert sent(fast_path) == ["a2"]


def test_a_change_that_the_stream_carried_first_is_not_published_twice() -> None:
    fast_path = enabled()
    assert ids(fast_path.take_unpublished([change("a", 0, 1), change("a", 1, 2)])) == ["a1", "a2"]
    fast_path.offer(change("a", 0, 1))
    assert sent(fast_path) == []


def test_a_pending_change_that_the_stream_carries_is_no_longer_pending() -> None:
    fast_path = enabled()
    fast_path.offer(change("a", 0, 1))
    fast_path.offer(change("a", 1, 2))
    assert ids(fast_path.take_unpublished([change("a", 0, 1)])) == ["a1"]
    assert sent(fast_path) == ["a2"]


def test_after_a_failure_the_stream_carries_the_unpublished_changes_and_their_successors() -> None:
    fast_path = enabled()
    fast_path.offer(change("a", 0, 1))
    fast_path.drain()
    fast_path.offer(change("a", 1, 2))
    fast_path.enable()
    fast_path.offer(change("a", 2, 3))
    assert sent(fast_path) == []
    told = [change("a", 0, 1), change("a", 1, 2), change("a", 2, 3)]
    assert ids(fast_path.take_unpublished(told)) == ["a1", "a2", "a3"]


def test_a_change_without_events_keeps_the_order_of_those_around_it() -> None:
    fast_path = enabled()
    for recorded in (change("a", 0, 1), Recorded(("notes", "a"), 1, 2, ()), change("a", 2, 3)):
        fast_path.offer(recorded)
    assert sent(fast_path) == ["a1", "a3"]


def test_a_process_that_does_not_lead_publishes_nothing() -> None:
    fast_path = FastPath()
    fast_path.offer(change("a", 0, 1))
    assert fast_path.drain() == []
    fast_path.enable()
    fast_path.offer(change("b", 0, 1))
    fast_path.disable()
    assert fast_path.drain() == []


def test_the_number_of_pending_changes_is_bounded() -> None:
    fast_path = enabled()
    for n in range(MAX_PENDING + 5):
        fast_path.offer(change(f"a{n}_", 0, 1))
    fast_path.offer(change("a0_", 1, 2))
    assert len(fast_path.drain()) == MAX_PENDING


def test_equal_ids_in_two_collections_are_two_aggregates() -> None:
    fast_path = enabled()
    fast_path.offer(Recorded(("products", "tea"), 0, 1, ({"id": "product1"},)))
    fast_path.offer(Recorded(("videos", "tea"), 1, 2, ({"id": "video2"},)))
    assert sent(fast_path) == ["product1"]
