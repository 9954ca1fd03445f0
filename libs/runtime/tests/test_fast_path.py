"""What goes ahead of the change stream: each entry once, in its aggregate's order, and never instead of the stream."""

from runtime.mongo.client import Document
from runtime.outbox.fast_path import MAX_PENDING, FastPath
from runtime.outbox.recorder import Recorded


def change(aggregate: str, before: int, version: int) -> Recorded:
    """A change with one entry, whose id names it."""
    return Recorded(aggregate, before, version, ({"id": f"{aggregate}{version}"},))


def ids(entries: list[Document]) -> list[str]:
    return [entry["id"] for entry in entries]


def enabled() -> FastPath:
    fast_path = FastPath()
    fast_path.enable()
    return fast_path


def sent(fast_path: FastPath) -> list[str]:
    """Publish what waits."""
    entries = fast_path.drain()
    fast_path.confirm(entries)
    return ids(entries)


def test_a_new_aggregate_and_the_changes_that_follow_go_ahead_in_order() -> None:
    fast_path = enabled()
    fast_path.stream_needed.clear()
    for recorded in (change("a", 0, 1), change("b", 0, 1), change("a", 1, 2), change("a", 2, 4)):
        fast_path.offer(recorded)
    assert not fast_path.stream_needed.is_set()
    assert sent(fast_path) == ["a1", "b1", "a2", "a4"]
    assert ids(fast_path.unpublished([change("a", 0, 1), change("a", 1, 2)])) == []


def test_a_change_whose_predecessor_another_process_made_waits_for_the_stream() -> None:
    fast_path = enabled()
    fast_path.offer(change("a", 0, 1))
    fast_path.stream_needed.clear()
    fast_path.offer(change("a", 2, 3))
    assert fast_path.stream_needed.is_set()
    assert sent(fast_path) == ["a1"]
    assert ids(fast_path.unpublished([change("a", 0, 1), change("a", 1, 2), change("a", 2, 3)])) == [
        "a2",
        "a3",
    ]


def test_after_the_stream_told_of_a_change_its_followers_go_ahead_again() -> None:
    fast_path = enabled()
    assert ids(fast_path.unpublished([change("a", 0, 1)])) == ["a1"]
    fast_path.offer(change("a", 1, 2))
    assert sent(fast_path) == ["a2"]


def test_what_the_stream_told_of_first_does_not_go_ahead_too() -> None:
    fast_path = enabled()
    assert ids(fast_path.unpublished([change("a", 0, 1), change("a", 1, 2)])) == ["a1", "a2"]
    fast_path.offer(change("a", 0, 1))
    assert sent(fast_path) == []


def test_what_waits_when_the_stream_tells_of_it_waits_no_longer() -> None:
    fast_path = enabled()
    fast_path.offer(change("a", 0, 1))
    fast_path.offer(change("a", 1, 2))
    assert ids(fast_path.unpublished([change("a", 0, 1)])) == ["a1"]
    assert sent(fast_path) == ["a2"]


def test_after_a_failure_the_stream_carries_what_did_not_arrive_and_what_followed_it() -> None:
    fast_path = enabled()
    fast_path.offer(change("a", 0, 1))
    fast_path.drain()
    fast_path.offer(change("a", 1, 2))
    fast_path.enable()
    fast_path.offer(change("a", 2, 3))
    assert sent(fast_path) == []
    told = [change("a", 0, 1), change("a", 1, 2), change("a", 2, 3)]
    assert ids(fast_path.unpublished(told)) == ["a1", "a2", "a3"]


def test_a_change_without_events_keeps_the_order_of_those_around_it() -> None:
    fast_path = enabled()
    for recorded in (change("a", 0, 1), Recorded("a", 1, 2, ()), change("a", 2, 3)):
        fast_path.offer(recorded)
    assert sent(fast_path) == ["a1", "a3"]


def test_a_process_that_does_not_lead_sends_nothing_ahead() -> None:
    fast_path = FastPath()
    fast_path.offer(change("a", 0, 1))
    assert fast_path.drain() == []
    fast_path.enable()
    fast_path.offer(change("b", 0, 1))
    fast_path.disable()
    assert fast_path.drain() == []


def test_no_more_than_so_many_wait_while_the_broker_is_away() -> None:
    fast_path = enabled()
    for n in range(MAX_PENDING + 5):
        fast_path.offer(change(f"a{n}_", 0, 1))
    fast_path.offer(change("a0_", 1, 2))
    assert len(fast_path.drain()) == MAX_PENDING
