"""The versioned store in memory, held to the same tests as the one on MongoDB (libs/runtime/tests/test_store_promises.py)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from contracts.event import Event
from runtime.clock import Clock, system_clock
from runtime.errors import WriteConflict
from runtime.outbox.changes import Change, Command, Decide, Result
from runtime.outbox.versioned_store import MAX_ATTEMPTS


class Versioned(Protocol):
    """What every aggregate has."""

    @property
    def version(self) -> int: ...


A = TypeVar("A", bound=Versioned)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event that became durable with a change, and when."""

    event: Event
    at: datetime
    traceparent: str | None = None


@dataclass(slots=True)
class Outbox:
    """The events of all changes, in the order of the writes. `on_added` is called after each write that has some."""

    entries: list[Entry] = field(default_factory=list)
    on_added: Callable[[], None] = lambda: None

    def add(self, change: Change[Any], at: datetime) -> None:
        """The change became durable."""
        if change.events:
            self.entries.extend(Entry(event, at, change.traceparent) for event in change.events)
            self.on_added()


@dataclass(slots=True)
class Stored(Generic[A]):
    """What the replicas of a service share: the aggregates by id, and the outbox."""

    aggregates: dict[str, A] = field(default_factory=dict)
    outbox: Outbox = field(default_factory=Outbox)


@dataclass(frozen=True, slots=True)
class SavedInMemory(Generic[A]):
    """An aggregate as it was just stored."""

    aggregate: A


async def at_once() -> None:
    """Nothing comes between two steps."""


class InMemoryStore(Generic[A]):
    """One replica's view of `stored`: load, decide, write guarded by the version, and again after a conflict.

    `pause` is awaited between load and write, where other writers may come first. `copy` gives a copy of an aggregate that a
    decision may change in place.
    """

    def __init__(
        self,
        stored: Stored[A],
        id_of: Callable[[A], str],
        copy: Callable[[A], A],
        *,
        clock: Clock = system_clock,
        pause: Callable[[], Awaitable[None]] = at_once,
    ) -> None:
        self.stored = stored
        self._id_of = id_of
        self._copy = copy
        self._clock = clock
        self._pause = pause
        self._listeners: list[Callable[[Any], None]] = []

    @property
    def events(self) -> list[Event]:
        """The events of all changes, in order."""
        return [entry.event for entry in self.stored.outbox.entries]

    def on_saved(self, listener: Callable[[Any], None]) -> None:
        """Call `listener` after each write of this replica."""
        self._listeners.append(listener)

    async def get(self, aggregate_id: str, /) -> A | None:
        """The aggregate as it is stored."""
        found = self.stored.aggregates.get(aggregate_id)
        return self._copy(found) if found is not None else None

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, A]:
        """Those of the aggregates that exist, by id."""
        known = self.stored.aggregates
        return {key: self._copy(known[key]) for key in aggregate_ids if key in known}

    async def insert(self, new: Sequence[Change[A]], /) -> list[bool | Exception]:
        """Store new aggregates; says for each whether it is new."""
        return [self._insert(self._copy(change.after), [change]) for change in new]

    async def change(self, aggregate_id: str, decide: Decide[A], /) -> Result[A]:
        """Raises what `decide` raises, and WriteConflict."""
        [outcome] = await self.change_many([Command(aggregate_id, decide)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def change_many(self, commands: Sequence[Command[A]], /) -> list[Result[A] | Exception]:
        """Decide all commands, in order for each aggregate, and write; one outcome for each."""
        outcomes: list[Result[A] | Exception] = [Result(None)] * len(commands)
        undecided = list(range(len(commands)))
        for _ in range(MAX_ATTEMPTS):
            drafts = {commands[n].aggregate_id: self._load(commands[n].aggregate_id) for n in undecided}
            for n in undecided:
                outcomes[n] = drafts[commands[n].aggregate_id].decide(commands[n], self._copy)
            await self._pause()
            lost = self._write([draft for draft in drafts.values() if draft.changes])
            undecided = [n for n in undecided if commands[n].aggregate_id in lost]
            if not undecided:
                return outcomes
        for n in undecided:
            outcomes[n] = WriteConflict(f"{commands[n].aggregate_id} is being changed by others")
        return outcomes

    def _load(self, aggregate_id: str) -> _Draft[A]:
        found = self.stored.aggregates.get(aggregate_id)
        return _Draft(aggregate_id, found.version if found is not None else 0, found)

    def _write(self, drafts: Iterable[_Draft[A]]) -> set[str]:
        """Write each draft whose aggregate is as it was loaded; returns the ids to decide again.

        Like MongoDB's bulk write, the updates do not say which of them lost: all are decided again.
        """
        updates, lost = [], set()
        for draft in drafts:
            if draft.before:
                updates.append(draft)
            elif not self._insert(draft.after, draft.changes):
                lost.add(draft.aggregate_id)
        written = [draft for draft in updates if self._version(draft.aggregate_id) == draft.before]
        for draft in written:
            self._save(draft.after, draft.changes)
        if len(written) < len(updates):
            return lost | {draft.aggregate_id for draft in updates}
        for draft in written:
            self._tell(draft.after)
        return lost

    def _version(self, aggregate_id: str) -> int:
        found = self.stored.aggregates.get(aggregate_id)
        return found.version if found is not None else 0

    def _insert(self, after: A, changes: Sequence[Change[A]]) -> bool:
        if self._id_of(after) in self.stored.aggregates:
            return False
        self._save(after, changes)
        self._tell(after)
        return True

    def _save(self, after: A, changes: Sequence[Change[A]]) -> None:
        self.stored.aggregates[self._id_of(after)] = after
        now = self._clock()
        for change in changes:
            self.stored.outbox.add(change, now)

    def _tell(self, after: A) -> None:
        for listener in self._listeners:
            listener(SavedInMemory(self._copy(after)))


@dataclass(slots=True)
class _Draft(Generic[A]):
    """An aggregate as it was loaded, at version `before` (0 for none), and the accepted changes since."""

    aggregate_id: str
    before: int
    newest: A | None
    changes: list[Change[A]] = field(default_factory=list)

    @property
    def after(self) -> A:
        """The aggregate as the changes leave it."""
        assert self.newest is not None
        return self.newest

    def decide(self, command: Command[A], copy: Callable[[A], A]) -> Result[A] | Exception:
        """The outcome of one command; an error leaves the draft as it was."""
        given = copy(self.newest) if self.newest is not None else None
        try:
            change = command.decide(given)
        except Exception as error:
            return error
        if change is None:
            return Result(given)
        before = self.newest.version if self.newest is not None else 0
        if self.newest is not None and change.after.version <= before:
            raise ValueError(f"version {change.after.version} does not follow version {before}")
        self.changes.append(change)
        created, self.newest = self.before == 0, copy(change.after)
        return Result(change.after, created)
