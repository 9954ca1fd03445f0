"""A fact takes effect at its own time, not at the time at which its record was written."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from checkout_support.facts import payment_settled, stock_reserved
from checkout_support.samples import NOW, ORDER_ID

from checkout.subscribers import happened_at
from contracts.event import Event


def delivered(event: Event) -> Any:
    return cast(Any, SimpleNamespace(event=event, envelope=SimpleNamespace(time=NOW + timedelta(minutes=1))))


def test_an_event_happened_at_its_own_time() -> None:
    paid = payment_settled(ORDER_ID).model_copy(update={"at": NOW})
    assert happened_at(delivered(paid)) == NOW


def test_an_event_without_a_time_happened_when_it_was_recorded() -> None:
    assert happened_at(delivered(stock_reserved(ORDER_ID))) == NOW + timedelta(minutes=1)
