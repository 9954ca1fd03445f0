"""Ports in memory, held to the same tests as those on MongoDB (`integration/test_ports.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime

from checkout.application.ports import Position
from checkout.domain.deadline import SPAN, Deadline
from checkout.domain.errors import SlotTaken
from checkout.domain.order import Order
from checkout.domain.refunds import RefundStatus
from checkout.domain.status import OPEN, Status
from contracts.event import Event
from runtime.outbox.changes import Change, Command, Decide, Result


class InMemoryOrders:
    """The ports Orders and OrderQueries. `events` are those of all changes, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._orders: dict[str, Order] = {}
        self._listeners: list[Callable[[Order], None]] = []

    def on_saved(self, listener: Callable[[Order], None]) -> None:
        """Call `listener` after each write."""
        self._listeners.append(listener)

    async def get(self, order_id: str, /) -> Order | None:
        return deepcopy(self._orders.get(order_id))

    async def insert(self, new: Sequence[Change[Order]], /) -> list[bool | Exception]:
        return [self._insert(change) for change in new]

    def _insert(self, change: Change[Order]) -> bool | Exception:
        order = change.after
        if order.order_id in self._orders:
            return False
        if order.unpaid_slot in self._unpaid(order.mini_program_id, order.openid):
            return SlotTaken(str(order.unpaid_slot))
        self._save(change)
        return True

    async def change(self, order_id: str, decide: Decide[Order], /) -> Result[Order]:
        outcome = self._decide(Command(order_id, decide))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def change_many(self, commands: Sequence[Command[Order]], /) -> list[Result[Order] | Exception]:
        return [self._decide(command) for command in commands]

    def _decide(self, command: Command[Order]) -> Result[Order] | Exception:
        stored = self._orders.get(command.aggregate_id)
        try:
            change = command.decide(deepcopy(stored))
        except Exception as error:
            return error
        if change is None:
            return Result(deepcopy(stored))
        self._save(change)
        return Result(change.after, created=stored is None)

    def _save(self, change: Change[Order]) -> None:
        self._orders[change.after.order_id] = deepcopy(change.after)
        self.events += change.events
        for listener in self._listeners:
            listener(change.after)

    async def prepare(self, mini_program_id: str) -> None:
        """There is nothing to prepare."""

    async def page(
        self,
        mini_program_id: str,
        *,
        openid: str | None,
        status: str | None,
        after: Position | None,
        limit: int,
    ) -> list[Order]:
        matching = [
            order
            for order in self._orders.values()
            if order.mini_program_id == mini_program_id
            and openid in (None, order.openid)
            and status in (None, order.status)
            and (after is None or _position(order) < after)
        ]
        return deepcopy(sorted(matching, key=_position, reverse=True)[:limit])

    async def counts(self, mini_program_id: str, openid: str) -> Mapping[str, int]:
        counts = Counter({"refunding": 0})
        for order in self._orders.values():
            if (order.mini_program_id, order.openid) == (mini_program_id, openid):
                counts[order.status.value] += 1
                undecided = {RefundStatus.REQUESTED, RefundStatus.APPROVED}
                counts["refunding"] += any(refund.status in undecided for refund in order.refunds)
        return counts

    async def unpaid(self, mini_program_id: str, openid: str) -> Mapping[int, str]:
        return self._unpaid(mini_program_id, openid)

    def _unpaid(self, mini_program_id: str, openid: str) -> dict[int, str]:
        return {
            order.unpaid_slot: order.order_id
            for order in self._orders.values()
            if (order.mini_program_id, order.openid) == (mini_program_id, openid)
            and order.unpaid_slot is not None
        }

    async def versions(self, order_ids: Iterable[str]) -> Mapping[str, int]:
        return {key: self._orders[key].version for key in order_ids if key in self._orders}

    async def overdue(self, deadline: Deadline, limit: int, after: str = "") -> list[str]:
        waiting = [
            order.order_id
            for order in self._orders.values()
            if order.mini_program_id == deadline.mini_program_id
            and deadline.placed_at <= order.placed_at < deadline.placed_at + SPAN
            and order.expires_at == deadline.expires_at
            and order.status in OPEN
            and order.order_id > after
        ]
        return sorted(waiting)[:limit]

    async def waiting(self, now: datetime) -> AsyncIterator[Order]:
        for order in deepcopy(list(self._orders.values())):
            of_buyer = order.status is Status.AWAITING_PAYMENT and order.expires_at >= now
            refunding = any(refund.status is RefundStatus.APPROVED for refund in order.refunds)
            if (order.unpaid_slot is not None and not of_buyer) or refunding:
                yield order


class InMemoryDeadlines:
    """The port Deadlines."""

    def __init__(self) -> None:
        self._check_at: dict[str, datetime] = {}
        self._deadlines: dict[str, Deadline] = {}

    async def store(self, deadlines: Iterable[Deadline]) -> None:
        for deadline in deadlines:
            if deadline.deadline_id not in self._deadlines:
                self._deadlines[deadline.deadline_id] = deadline
                self._check_at[deadline.deadline_id] = deadline.expires_at

    async def due(self, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[Deadline]:
        due = [key for key, at in self._check_at.items() if at <= now and key not in but]
        return [self._deadlines[key] for key in sorted(due, key=self._check_at.__getitem__)[:limit]]

    async def check_again(self, deadlines: Sequence[Deadline], at: datetime) -> None:
        for d in deadlines:
            self._deadlines[d.deadline_id] = replace(d, is_last=True)
            self._check_at[d.deadline_id] = at

    async def drop(self, deadlines: Sequence[Deadline]) -> None:
        for deadline in deadlines:
            self._deadlines.pop(deadline.deadline_id, None)
            self._check_at.pop(deadline.deadline_id, None)


def _position(order: Order) -> Position:
    return order.placed_at, order.order_id
