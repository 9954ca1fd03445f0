"""Who acts, and in which call: bound to the context of a request, and read by what records it.

Nobody acts in a viewer's call, in a read, and in background work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from contracts.audit import Actor


@dataclass(frozen=True, slots=True)
class Action:
    """A call that may change something: its name, and the client that makes it."""

    name: str
    actor: Actor


_ACTION: ContextVar[Action | None] = ContextVar("action", default=None)


def current_action() -> Action | None:
    """The action that this code is a part of; None if no client acts."""
    return _ACTION.get()


@contextmanager
def acting(action: Action | None) -> Iterator[None]:
    """Everything inside is a part of this action."""
    token = _ACTION.set(action)
    try:
        yield
    finally:
        _ACTION.reset(token)
