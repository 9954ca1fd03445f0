"""Events are kept once, worked on until they are done, and an order has one parcel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from platform_demo.book import PAUSES, Book
from platform_demo.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "own" / "platform.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def book(database: Database) -> Book:
    return Book(database)


def paid(order_id: str | None) -> dict[str, object]:
    return {"type": "order.paid", "data": {"order_id": order_id} if order_id else {}}


def test_an_event_that_comes_again_is_kept_once(book: Book) -> None:
    assert book.receive("msg_1", paid("o1"))
    assert not book.receive("msg_1", paid("o1"))
    event = book.due(0)
    assert event is not None
    assert (event.event_id, event.order_id) == ("msg_1", "o1")
    book.done(event)
    assert book.due(10**12) is None
    assert not book.receive("msg_1", paid("o1"))
    assert book.due(10**12) is None


def test_an_event_without_an_order_is_kept_too(book: Book) -> None:
    assert book.receive("msg_2", {"type": "stock.low", "data": {"sku_id": "s"}})
    event = book.due(0)
    assert event is not None
    assert event.order_id is None


def test_an_event_that_fails_comes_back_later_each_time(book: Book) -> None:
    book.receive("msg_1", paid("o1"))
    now, waits = 1000.0, []
    for _ in range(len(PAUSES) + 1):
        event = book.due(now)
        assert event is not None
        book.postpone(event, now)
        due = book.next_due()
        assert due is not None
        assert book.due(due - 1) is None
        waits.append(due - now)
        now = due
    assert waits == [*PAUSES, PAUSES[-1]]


def test_a_failing_event_does_not_hold_back_another(book: Book) -> None:
    book.receive("msg_1", paid("o1"))
    first = book.due(1000)
    assert first is not None
    book.postpone(first, 1000)
    book.receive("msg_2", paid("o2"))
    second = book.due(1000)
    assert second is not None
    assert second.event_id == "msg_2"


def test_an_order_has_one_parcel_with_one_number(book: Book, database: Database) -> None:
    first = book.parcel_number("o1", "sf")
    assert (first, book.parcel_number("o1", "sf")) == ("SF0000000001", first)
    assert book.parcel_number("o2", "china-post") == "CHINAPOST0000000002"
    book.parcel_sent("o1")
    assert len(database.all("SELECT * FROM parcel WHERE sent_at IS NOT NULL")) == 1


def test_a_copy_of_an_order_is_replaced(book: Book) -> None:
    kept = {"order_id": "o1", "mini_program_id": "m", "status": "paid", "placed_at": "2026-11-29T00:00:00Z"}
    book.keep(kept)
    book.keep(kept | {"status": "shipped", "note": "茶"})
    assert book.order("o1") == kept | {"status": "shipped", "note": "茶"}
    assert book.order("o2") is None


def test_what_a_transaction_wrote_is_gone_if_it_fails(database: Database) -> None:
    def fails() -> None:
        with database.transaction():
            database.remember("a", "1")
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert database.setting("a") is None
