"""What goes ahead of the change stream: each entry once, in its aggregate's order, and never instead of the stream."""

from runtime.ahead import MOST_WAITING, Ahead
from runtime.mongo import Document
from runtime.outbox import Recorded


def change(aggregate: str, before: int, version: int) -> Recorded:
    """A change with one entry, whose id names it."""
    return Recorded(aggregate, before, version, ({"id": f"{aggregate}{version}"},))


def ids(entries: list[Document]) -> list[str]:
    return [entry["id"] for entry in entries]


def begun() -> Ahead:
    ahead = Ahead()
    ahead.begin()
    return ahead


def sent(ahead: Ahead) -> list[str]:
    """Publish what waits."""
    entries = ahead.next()
    ahead.gone(entries)
    return ids(entries)


def test_a_new_aggregate_and_the_changes_that_follow_go_ahead_in_order() -> None:
    ahead = begun()
    ahead.behind.clear()
    for recorded in (change("a", 0, 1), change("b", 0, 1), change("a", 1, 2), change("a", 2, 4)):
        ahead.take(recorded)
    assert not ahead.behind.is_set()
    assert sent(ahead) == ["a1", "b1", "a2", "a4"]
    assert ids(ahead.left([change("a", 0, 1), change("a", 1, 2)])) == []


def test_a_change_whose_predecessor_another_process_made_waits_for_the_stream() -> None:
    ahead = begun()
    ahead.take(change("a", 0, 1))
    ahead.behind.clear()
    ahead.take(change("a", 2, 3))
    assert ahead.behind.is_set()
    assert sent(ahead) == ["a1"]
    assert ids(ahead.left([change("a", 0, 1), change("a", 1, 2), change("a", 2, 3)])) == ["a2", "a3"]


def test_after_the_stream_told_of_a_change_its_followers_go_ahead_again() -> None:
    ahead = begun()
    assert ids(ahead.left([change("a", 0, 1)])) == ["a1"]
    ahead.take(change("a", 1, 2))
    assert sent(ahead) == ["a2"]


def test_what_the_stream_told_of_first_does_not_go_ahead_too() -> None:
    ahead = begun()
    assert ids(ahead.left([change("a", 0, 1), change("a", 1, 2)])) == ["a1", "a2"]
    ahead.take(change("a", 0, 1))
    assert sent(ahead) == []


def test_what_waits_when_the_stream_tells_of_it_waits_no_longer() -> None:
    ahead = begun()
    ahead.take(change("a", 0, 1))
    ahead.take(change("a", 1, 2))
    assert ids(ahead.left([change("a", 0, 1)])) == ["a1"]
    assert sent(ahead) == ["a2"]


def test_after_a_failure_the_stream_carries_what_did_not_arrive_and_what_followed_it() -> None:
    ahead = begun()
    ahead.take(change("a", 0, 1))
    ahead.next()
    ahead.take(change("a", 1, 2))
    ahead.begin()
    ahead.take(change("a", 2, 3))
    assert sent(ahead) == []
    told = [change("a", 0, 1), change("a", 1, 2), change("a", 2, 3)]
    assert ids(ahead.left(told)) == ["a1", "a2", "a3"]


def test_a_change_without_events_keeps_the_order_of_those_around_it() -> None:
    ahead = begun()
    for recorded in (change("a", 0, 1), Recorded("a", 1, 2, ()), change("a", 2, 3)):
        ahead.take(recorded)
    assert sent(ahead) == ["a1", "a3"]


def test_a_process_that_does_not_lead_sends_nothing_ahead() -> None:
    ahead = Ahead()
    ahead.take(change("a", 0, 1))
    assert ahead.next() == []
    ahead.begin()
    ahead.take(change("b", 0, 1))
    ahead.end()
    assert ahead.next() == []


def test_no_more_than_so_many_wait_while_the_broker_is_away() -> None:
    ahead = begun()
    for n in range(MOST_WAITING + 5):
        ahead.take(change(f"a{n}_", 0, 1))
    ahead.take(change("a0_", 1, 2))
    assert len(ahead.next()) == MOST_WAITING
