"""A change to store: the aggregate afterwards and the events about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from contracts.event import Event

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Change(Generic[A]):
    """The aggregate after a decision, with the events that are stored in the same write.

    `private` are fields that a new document gets in addition to those of the aggregate: they are set once and never read
    back into it. `traceparent` is the trace that the events continue, the current one by default.
    """

    after: A
    events: Sequence[Event] = ()
    private: Mapping[str, Any] = field(default_factory=dict)
    traceparent: str | None = None


Decide = Callable[[A | None], Change[A] | None]
"""Decides on an aggregate (None when there is none); None means that nothing is to be written.

It may be called several times for one command, so it has no side effects, and deciding again on an aggregate in which
the decision already took effect changes nothing.
"""


@dataclass(frozen=True, slots=True)
class Command(Generic[A]):
    """One decision about one aggregate."""

    aggregate_id: str
    decide: Decide[A]


@dataclass(frozen=True, slots=True)
class Result(Generic[A]):
    """The aggregate once the change is durable (None when there is none), and whether the change created it."""

    aggregate: A | None
    created: bool = False
