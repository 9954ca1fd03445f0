"""Who acts, and in which call: bound to the context of a request, and read by what records it.

Nobody acts in a viewer's call, in a read, and in background work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from contracts.audit import Actor

OPERATOR = "ops"
"""The scope of operators' clients."""


@dataclass(frozen=True, slots=True)
class Action:
    """A call that may change something: its name, the client that makes it, and why, if it is an operator who says so."""

    name: str
    actor: Actor
    reason: str | None = None


_ACTION: ContextVar[Action | None] = ContextVar("action", default=None)


def current_action() -> Action | None:
    """The action that this code is a part of; None if no client acts."""
    return _ACTION.get()


def because(reason: str) -> None:
    """The rest of this action has this reason, if an operator acts: owners' reasons are for buyers, and a part of the order."""
    action = _ACTION.get()
    if action is not None and action.actor.scope == OPERATOR:
        _ACTION.set(replace(action, reason=reason))


@contextmanager
def acting(action: Action | None) -> Iterator[None]:
    """Everything inside is a part of this action."""
    token = _ACTION.set(action)
    try:
        yield
    finally:
        _ACTION.reset(token)
