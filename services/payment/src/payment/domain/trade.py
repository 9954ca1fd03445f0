"""A trade: the money side of one order. It decides between the payer and the deadline.

    requested ── money ──► settled
        │
        └── close requested, and the provider says that the trade has ended,
            or nobody opened the cashier and the link is dead ──► closed

Refunds stand next to the state: those approved for a settled trade, and the one that returns money that arrived after the
close. Every step returns the changed trade with its events; nothing changes in place, and repeating a step changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from payment.domain.errors import AlreadyPaid, NoLongerPayable, NotAsAgreed
from payment.domain.events import Closed, Received, ReceivedLate, Refunded, RefundRefused, TradeEvent
from payment.domain.refund import Refund, RefundState
from payment.domain.shares import Line, Shares, reversal, share_out

LATE_PREFIX = "late_"
MAX_REFUND_ID = 64
"""Characters that Alipay accepts in a refund's id."""


class State(StrEnum):
    """Where the money of an order stands."""

    REQUESTED = "requested"
    SETTLED = "settled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Collector:
    """The contract with a provider under which money is collected; a trade never changes it.

    `owner_id` is the owner to whom the account belongs; None for the platform's own.
    """

    provider: str
    merchant: str
    app: str
    account: str
    owner_id: str | None = None

    @property
    def name(self) -> str:
        """Provider and merchant: `alipay.default`."""
        return f"{self.provider}.{self.merchant}"


@dataclass(frozen=True, slots=True)
class Money:
    """Money that the provider received for a trade; `amount` in fen."""

    trade_no: str
    amount: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class TradeChange:
    """The trade after a step, with its events."""

    trade: Trade
    events: tuple[TradeEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Trade:
    """`due_at` is when the provider is called next about this trade, `tries` how many calls in a row gave no certain answer.

    `lines` are after the order's `discount`, and have its `delivery_fee` as one of them.
    `changed_at` is when the trade changed last: if that lies ahead, the clock that set `due_at` was wrong. `traceparent` is the trace of the order that it was opened for.
    """

    order_id: str
    mini_program_id: str
    openid: str
    collector: Collector
    total: int
    lines: tuple[Line, ...]
    creator_id: str | None
    subject: str
    product: str
    return_url: str | None
    requested_at: datetime
    expires_at: datetime
    due_at: datetime | None
    changed_at: datetime | None = None
    traceparent: str | None = None
    version: int = 1
    state: State = State.REQUESTED
    trade_no: str | None = None
    paid_at: datetime | None = None
    close_reason: str | None = None
    closed_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()
    tries: int = 0
    discount: int = 0
    delivery_fee: int = 0

    @property
    def shares(self) -> Shares:
        """How its money is shared out, by the terms fixed in the order."""
        return share_out(self.total, self.lines, with_creator=self.creator_id is not None)

    @property
    def pending_refund(self) -> Refund | None:
        """The refund to work on: one at a time, in the order of their approval."""
        return next((refund for refund in self.refunds if refund.state is RefundState.PENDING), None)

    @property
    def refused_late_refund(self) -> Refund | None:
        """The refund of late money that the provider refused for good: an operator has to return the money."""
        return next((r for r in self.refunds if r.late and r.state is RefundState.FAILED), None)

    @property
    def closing(self) -> bool:
        """Whether a close was requested and is not decided yet."""
        return self.state is State.REQUESTED and self.close_reason is not None

    @property
    def watched_after_close(self) -> bool:
        """Whether it was closed because nobody had opened the cashier: money may still arrive, perhaps without a notice."""
        return self.state is State.CLOSED and self.trade_no is None and self.due_at is not None

    @property
    def agreed(self) -> tuple[object, ...]:
        """What the order fixed when the trade was opened: equal in a repeat of the same order."""
        return (
            self.order_id, self.mini_program_id, self.openid, self.collector.merchant, self.total, self.lines,
            self.creator_id, self.subject, self.product, self.return_url,
        )  # fmt: skip

    @property
    def late_refund_id(self) -> str:
        """Under this id, money that arrives after the close is refunded: the same each time, so it is refunded once."""
        return LATE_PREFIX + self.order_id[: MAX_REFUND_ID - len(LATE_PREFIX)]

    def refund(self, refund_id: str) -> Refund | None:
        """The refund with that id."""
        return next((refund for refund in self.refunds if refund.refund_id == refund_id), None)

    def check_payable(self, now: datetime) -> None:
        """Raises AlreadyPaid or NoLongerPayable unless the order can still be paid."""
        if self.state is State.SETTLED:
            raise AlreadyPaid
        if self.state is State.CLOSED or self.closing or now >= self.expires_at:
            raise NoLongerPayable

    def receive(self, money: Money, now: datetime) -> TradeChange:
        """The provider has the money: settle the trade, or schedule the refund if it is closed.

        Raises NotAsAgreed for another amount, or a second payment.
        """
        if money.amount != self.total:
            raise NotAsAgreed(f"{money.amount} fen arrived for a trade of {self.total}")
        if self.trade_no is not None and self.trade_no != money.trade_no:
            raise NotAsAgreed("the provider has two payments for this trade")
        if self.trade_no is not None:
            return TradeChange(self)
        if self.state is State.CLOSED:
            return self._schedule_late_refund(money, now)
        settled = self._after(
            now, state=State.SETTLED, trade_no=money.trade_no, paid_at=money.paid_at, due_at=None, tries=0
        )
        return TradeChange(settled, (Received(money.trade_no, money.amount, money.paid_at, settled.shares),))

    def _schedule_late_refund(self, money: Money, now: datetime) -> TradeChange:
        """The money arrived after the close: a refund is due now. `Arbiter.advance` sends it."""
        refund = Refund(self.late_refund_id, self.total, late=True)
        owing = self._after(
            now,
            trade_no=money.trade_no,
            paid_at=money.paid_at,
            refunds=(*self.refunds, refund),
            due_at=now,
            tries=0,
        )
        return TradeChange(
            owing, (ReceivedLate(money.trade_no, money.amount, money.paid_at, refund.refund_id),)
        )

    def request_close(self, reason: str, now: datetime, *, link_given: bool = True) -> TradeChange:
        """The order is to end: the provider is queried next.

        A link that was given to nobody counts as dead, so the trade's time ends now.
        """
        if self.state is not State.REQUESTED or self.close_reason is not None:
            return TradeChange(self)
        expires_at = self.expires_at if link_given else min(self.expires_at, now)
        return TradeChange(self._after(now, close_reason=reason, expires_at=expires_at, due_at=now, tries=0))

    def close(self, now: datetime, *, poll_at: datetime | None = None) -> TradeChange:
        """End the trade unpaid, if a close was requested: checkout owns the deadline.

        `poll_at` is when to query once more, where the provider did not confirm itself that the trade has ended.
        """
        if not self.closing or self.close_reason is None:
            return TradeChange(self)
        closed = self._after(now, state=State.CLOSED, closed_at=now, due_at=poll_at, tries=0)
        return TradeChange(closed, (Closed(self.close_reason, now),))

    def approve_refund(self, refund_id: str, amount: int, now: datetime) -> TradeChange:
        """Schedule a refund. More than is left of the payment is refused for good. A repeat changes nothing.

        Raises NotAsAgreed when nothing was paid, and for another amount under the id of an earlier refund.
        """
        known = self.refund(refund_id)
        if known is not None and known.amount != amount:
            raise NotAsAgreed(f"refund {refund_id} is of {known.amount} fen, not of {amount}")
        if known is not None:
            return TradeChange(self)
        if self.state is not State.SETTLED:
            raise NotAsAgreed(f"a refund was approved for a trade that is {self.state}")
        left = self.total - sum(r.amount for r in self.refunds if r.state is not RefundState.FAILED)
        if not 0 < amount <= left:
            failed = Refund(refund_id, amount, state=RefundState.FAILED)
            refused = RefundRefused(refund_id, amount, now, "more_than_was_paid", late=False)
            return TradeChange(self._after(now, refunds=(*self.refunds, failed)), (refused,))
        due_at = self.due_at if self.pending_refund is not None else now
        return TradeChange(
            self._after(now, refunds=(*self.refunds, Refund(refund_id, amount)), due_at=due_at)
        )

    def complete_refund(self, refund_id: str, at: datetime, now: datetime, next_due: datetime) -> TradeChange:
        """The provider confirms that the money was returned at `at`; another pending refund is due at `next_due`."""
        refund = self.refund(refund_id)
        if refund is None or refund.state is not RefundState.PENDING:
            return TradeChange(self)
        before = sum(r.amount for r in self.refunds if r.state is RefundState.SETTLED)
        shares = None if refund.late else reversal(self.shares, before, refund.amount)
        done = replace(refund, state=RefundState.SETTLED, settled_at=at)
        return TradeChange(
            self._with_refund(done, now, next_due), (Refunded(refund_id, refund.amount, at, shares),)
        )

    def fail_refund(self, refund_id: str, reason: str, now: datetime, next_due: datetime) -> TradeChange:
        """The provider refuses this refund for good."""
        refund = self.refund(refund_id)
        if refund is None or refund.state is not RefundState.PENDING:
            return TradeChange(self)
        failed = replace(refund, state=RefundState.FAILED)
        return TradeChange(
            self._with_refund(failed, now, next_due),
            (RefundRefused(refund_id, refund.amount, now, reason, refund.late),),
        )

    def return_by_hand(self, now: datetime) -> TradeChange:
        """The provider has no money of this trade any more, although it refused our refund: an operator returned it."""
        refused = self.refused_late_refund
        if refused is None:
            return TradeChange(self)
        done = replace(refused, state=RefundState.SETTLED, settled_at=now)
        return TradeChange(
            self._with_refund(done, now, now), (Refunded(done.refund_id, done.amount, now, None),)
        )

    def reschedule(self, at: datetime, now: datetime, *, tries: int) -> TradeChange:
        """Nothing is certain yet: call the provider again at `at`, if anything is still open."""
        if self.state is not State.REQUESTED and self.pending_refund is None and not self.watched_after_close:
            return self.unschedule(now)
        ahead = self.changed_at is not None and self.changed_at > now
        if (at, tries) == (self.due_at, self.tries) and not ahead:
            return TradeChange(self)
        return TradeChange(self._after(now, due_at=at, tries=tries))

    def unschedule(self, now: datetime) -> TradeChange:
        """Stop calling the provider about this trade, unless it is open or has a pending refund."""
        idle = self.due_at is None or self.state is State.REQUESTED or self.pending_refund is not None
        return TradeChange(self) if idle else TradeChange(self._after(now, due_at=None, tries=0))

    def _with_refund(self, changed: Refund, now: datetime, next_due: datetime) -> Trade:
        refunds = tuple(changed if r.refund_id == changed.refund_id else r for r in self.refunds)
        more = any(r.state is RefundState.PENDING for r in refunds)
        return self._after(now, refunds=refunds, due_at=next_due if more else None, tries=0)

    def _after(self, now: datetime, **changes: object) -> Trade:
        return replace(self, version=self.version + 1, changed_at=now, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class UnopenedTrade:
    """Takes the place of a trade whose order ended before its reservation arrived, so that the trade is never opened."""

    order_id: str
    mini_program_id: str
    close_reason: str
    closed_at: datetime
    version: int = 1


StoredTrade = Trade | UnopenedTrade
"""What is stored under an order's id."""
