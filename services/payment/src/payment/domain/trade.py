"""A trade: the money side of one order, and the arbiter between its payer and its deadline.

    requested ── money ──► settled
        │
        └── close asked, and the provider says that nothing can come any more,
            or that nobody has come and the link is dead ──► closed

Refunds stand beside the state: those that were approved for a settled trade, and the one that sends back money that came
after the close. Every step returns the trade after it with the facts to tell; nothing changes in place, and a repeated
step changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from payment.domain.facts import Closed, Fact, Received, ReceivedLate, Refunded, RefundRefused
from payment.domain.shares import Line, Shares, reversal, share_out

LATE_PREFIX = "late_"
LONGEST_REFUND_ID = 64


class State(StrEnum):
    """Where the money of an order stands."""

    REQUESTED = "requested"
    SETTLED = "settled"
    CLOSED = "closed"


class RefundState(StrEnum):
    """Where a refund stands: to be made, made, refused for good."""

    PENDING = "pending"
    SETTLED = "settled"
    FAILED = "failed"


class NotAsAgreed(Exception):
    """Money or a refund does not fit the trade; the text says how. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Which contract with which provider collects: fixed on the trade for good."""

    provider: str
    merchant: str
    app: str
    account: str

    @property
    def collector(self) -> str:
        """Provider and merchant in one name: `alipay.default`."""
        return f"{self.provider}.{self.merchant}"


@dataclass(frozen=True, slots=True)
class Money:
    """Money that the provider says it has for a trade; `amount` in fen."""

    trade_no: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to send back under the trade's own `refund_id`; `late` when it came after the close."""

    refund_id: str
    amount: int
    late: bool = False
    state: RefundState = RefundState.PENDING
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """The trade after a step, and what is to be told of it."""

    trade: Trade
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Trade:
    """`due_at` is when the provider is to be asked, or told, about it next; `tries` how often that gave no answer;
    `traceparent` the trace of the order that it was opened for."""

    order_id: str
    mini_program_id: str
    openid: str
    payee: Payee
    total: int
    lines: tuple[Line, ...]
    creator_id: str | None
    subject: str
    product: str
    return_url: str | None
    requested_at: datetime
    expires_at: datetime
    due_at: datetime | None
    traceparent: str | None = None
    version: int = 1
    state: State = State.REQUESTED
    trade_no: str | None = None
    paid_at: datetime | None = None
    close_reason: str | None = None
    closed_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()
    tries: int = 0

    @property
    def shares(self) -> Shares:
        """How its money is shared out, by the terms that were fixed in the order."""
        return share_out(self.total, self.lines, with_creator=self.creator_id is not None)

    @property
    def pending_refund(self) -> Refund | None:
        """The refund to work on: one after the other, in the order in which they were approved."""
        return next((refund for refund in self.refunds if refund.state is RefundState.PENDING), None)

    @property
    def closing(self) -> bool:
        """Whether its end was asked for and is not decided yet."""
        return self.state is State.REQUESTED and self.close_reason is not None

    @property
    def watched(self) -> bool:
        """Whether it is closed because nobody had come, so that money may come after all, perhaps without a notice."""
        return self.state is State.CLOSED and self.trade_no is None and self.due_at is not None

    def refund(self, refund_id: str) -> Refund | None:
        """The refund of that id."""
        return next((refund for refund in self.refunds if refund.refund_id == refund_id), None)

    def receive(self, money: Money, now: datetime) -> Change:
        """The provider has the money. Raises NotAsAgreed for another amount, or a second payment."""
        if money.amount != self.total:
            raise NotAsAgreed(f"{money.amount} fen came for a trade of {self.total}")
        if self.trade_no is not None and self.trade_no != money.trade_no:
            raise NotAsAgreed("the trade was paid under another number of the provider's")
        if self.trade_no is not None:
            return Change(self)
        if self.state is State.CLOSED:
            return self._receive_late(money, now)
        settled = self._after(
            state=State.SETTLED, trade_no=money.trade_no, paid_at=money.paid_at, due_at=None, tries=0
        )
        return Change(settled, (Received(money.trade_no, money.amount, money.paid_at, settled.shares),))

    def _receive_late(self, money: Money, now: datetime) -> Change:
        refund = Refund(
            LATE_PREFIX + self.order_id[: LONGEST_REFUND_ID - len(LATE_PREFIX)], self.total, late=True
        )
        owing = self._after(
            trade_no=money.trade_no,
            paid_at=money.paid_at,
            refunds=(*self.refunds, refund),
            due_at=now,
            tries=0,
        )
        return Change(owing, (ReceivedLate(money.trade_no, money.amount, money.paid_at, refund.refund_id),))

    def ask_to_close(self, reason: str, now: datetime, *, link_given: bool = True) -> Change:
        """The order is to end: the provider is asked next what has become of the money.

        A link that nobody was given is as good as dead: the trade's time is over now.
        """
        if self.state is not State.REQUESTED or self.close_reason is not None:
            return Change(self)
        expires_at = self.expires_at if link_given else min(self.expires_at, now)
        return Change(self._after(close_reason=reason, expires_at=expires_at, due_at=now, tries=0))

    def close(self, now: datetime, *, look_at: datetime | None = None) -> Change:
        """Nothing came and nothing should come any more. Only where the end was asked for: the deadline is not ours.

        `look_at` is when to ask once more, where the provider did not say itself that the trade has ended.
        """
        if not self.closing or self.close_reason is None:
            return Change(self)
        closed = self._after(state=State.CLOSED, closed_at=now, due_at=look_at, tries=0)
        return Change(closed, (Closed(self.close_reason, now),))

    def approve_refund(self, refund_id: str, amount: int, now: datetime) -> Change:
        """Money is to go back. More than is left of what was paid is refused for good.

        Raises NotAsAgreed when nothing was paid.
        """
        if self.refund(refund_id) is not None:
            return Change(self)
        if self.state is not State.SETTLED:
            raise NotAsAgreed(f"a refund was approved for a trade that is {self.state}")
        left = self.total - sum(r.amount for r in self.refunds if r.state is not RefundState.FAILED)
        if not 0 < amount <= left:
            refused = Refund(refund_id, amount, state=RefundState.FAILED)
            why = RefundRefused(refund_id, amount, now, "more_than_was_paid")
            return Change(self._after(refunds=(*self.refunds, refused)), (why,))
        waiting = Refund(refund_id, amount)
        due_at = self.due_at if self.pending_refund is not None else now
        return Change(self._after(refunds=(*self.refunds, waiting), due_at=due_at))

    def refund_made(self, refund_id: str, at: datetime, next_due: datetime) -> Change:
        """The provider is certain that this money went back at `at`; another waiting refund is due at `next_due`."""
        refund = self.refund(refund_id)
        if refund is None or refund.state is not RefundState.PENDING:
            return Change(self)
        before = sum(r.amount for r in self.refunds if r.state is RefundState.SETTLED)
        shares = None if refund.late else reversal(self.shares, before, refund.amount)
        made = replace(refund, state=RefundState.SETTLED, settled_at=at)
        return Change(self._with_refund(made, next_due), (Refunded(refund_id, refund.amount, at, shares),))

    def refund_refused(self, refund_id: str, reason: str, now: datetime, next_due: datetime) -> Change:
        """The provider refuses this refund for good."""
        refund = self.refund(refund_id)
        if refund is None or refund.state is not RefundState.PENDING:
            return Change(self)
        failed = replace(refund, state=RefundState.FAILED)
        return Change(
            self._with_refund(failed, next_due), (RefundRefused(refund_id, refund.amount, now, reason),)
        )

    def look_again(self, at: datetime, *, tries: int) -> Change:
        """Nothing is certain yet: ask again at `at`, if there still is anything to ask."""
        if self.state is not State.REQUESTED and self.pending_refund is None and not self.watched:
            return self.nothing_due()
        return Change(self._after(due_at=at, tries=tries))

    def nothing_due(self) -> Change:
        """Take the trade off the list of work, if it has none; one that is watched is watched no longer."""
        idle = self.due_at is None or self.state is State.REQUESTED or self.pending_refund is not None
        return Change(self) if idle else Change(self._after(due_at=None, tries=0))

    def _with_refund(self, changed: Refund, next_due: datetime) -> Trade:
        refunds = tuple(changed if r.refund_id == changed.refund_id else r for r in self.refunds)
        more = any(r.state is RefundState.PENDING for r in refunds)
        return self._after(refunds=refunds, due_at=next_due if more else None, tries=0)

    def _after(self, **changes: object) -> Trade:
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]
