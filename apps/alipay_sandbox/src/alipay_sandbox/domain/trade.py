"""A trade and its states.

    WAIT_BUYER_PAY ── pay ──► TRADE_SUCCESS ── finish ──► TRADE_FINISHED
          │                         │ refunded in full
          └── close, expiry ──►  TRADE_CLOSED ◄──┘

Every change returns the new trade with what is to be announced of it; nothing changes in place.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from alipay_sandbox.domain.failures import business
from alipay_sandbox.domain.order import Order


class TradeStatus(StrEnum):
    """Alipay's four states; the first is never announced."""

    WAIT_BUYER_PAY = "WAIT_BUYER_PAY"
    TRADE_SUCCESS = "TRADE_SUCCESS"
    TRADE_FINISHED = "TRADE_FINISHED"
    TRADE_CLOSED = "TRADE_CLOSED"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back once; `amount` in fen. `out_request_no` is unique within its trade."""

    out_request_no: str
    amount: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade, which exists from the moment its buyer appears (or its merchant created it for a buyer)."""

    trade_no: str
    order: Order
    buyer_id: str
    created_at: datetime
    expires_at: datetime
    status: TradeStatus = TradeStatus.WAIT_BUYER_PAY
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def refunded(self) -> int:
        """Fen given back so far."""
        return sum(refund.amount for refund in self.refunds)

    def refund_of(self, out_request_no: str) -> Refund | None:
        """The refund that was made under this request number, if any."""
        return next((refund for refund in self.refunds if refund.out_request_no == out_request_no), None)

    def pay(self, buyer_id: str, at: datetime) -> "Change":
        """The buyer pays. Refused after the deadline, by another buyer, and in every state but the first."""
        self.check_payable(buyer_id, at)
        return Change(replace(self, status=TradeStatus.TRADE_SUCCESS, buyer_id=buyer_id, paid_at=at))

    def check_payable(self, buyer_id: str, at: datetime) -> None:
        """Raises the GatewayFailure that a buyer who tries to pay now would meet."""
        if self.status is TradeStatus.TRADE_CLOSED or (self._waits and at >= self.expires_at):
            raise business("ACQ.TRADE_HAS_CLOSE")
        if not self._waits:
            raise business("ACQ.TRADE_HAS_SUCCESS")
        if self.buyer_id and self.buyer_id != buyer_id:
            raise business("ACQ.TRADE_BUYER_NOT_MATCH")

    def close(self, at: datetime) -> "Change":
        """An unpaid trade ends, by its merchant or by its deadline."""
        if self.status is TradeStatus.TRADE_CLOSED:
            raise business("ACQ.TRADE_HAS_CLOSE")
        if not self._waits:
            raise business("ACQ.TRADE_STATUS_ERROR", "only an unpaid trade can be closed")
        return Change(replace(self, status=TradeStatus.TRADE_CLOSED, closed_at=at))

    def finish(self, at: datetime) -> "Change":
        """The time for refunds is over."""
        if self.status is not TradeStatus.TRADE_SUCCESS:
            raise business("ACQ.TRADE_STATUS_ERROR", "only a paid trade can be finished")
        return Change(replace(self, status=TradeStatus.TRADE_FINISHED, closed_at=at))

    def refund(self, amount: int, out_request_no: str, reason: str, at: datetime) -> "Change":
        """Gives `amount` fen back; the same request again changes nothing (`refund` of the change is None).

        A refund of less than the whole needs an `out_request_no`; a blank one means the out_trade_no.
        """
        number = out_request_no or self.order.out_trade_no
        earlier = self.refund_of(number)
        if earlier is not None:
            if earlier.amount != amount:
                raise business("ACQ.DISCORDANT_REPEAT_REQUEST", "this out_request_no refunded another amount")
            return Change(self)
        self._check_refundable(amount, out_request_no)
        refund = Refund(number, amount, reason, at)
        after = replace(self, refunds=(*self.refunds, refund))
        if after.refunded == self.order.total:
            after = replace(after, status=TradeStatus.TRADE_CLOSED, closed_at=at)
        return Change(after, refund)

    def cancel(self, at: datetime) -> tuple["Change", Literal["close", "refund"]]:
        """Undoes the trade: an unpaid one is closed, a paid one refunded whole; repeating it changes nothing."""
        if self.status is TradeStatus.TRADE_CLOSED:
            return Change(self), "refund" if self.paid_at else "close"
        if self.status is TradeStatus.TRADE_FINISHED:
            raise business("ACQ.TRADE_HAS_FINISHED")
        if self._waits:
            return self.close(at), "close"
        if self.refunds:
            raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR", "a trade refunded in part cannot be cancelled")
        return self.refund(self.order.total, "", "cancelled", at), "refund"

    @property
    def _waits(self) -> bool:
        return self.status is TradeStatus.WAIT_BUYER_PAY

    def _check_refundable(self, amount: int, out_request_no: str) -> None:
        if self.status is TradeStatus.TRADE_FINISHED:
            raise business("ACQ.TRADE_HAS_FINISHED")
        if self.status is TradeStatus.TRADE_CLOSED:
            raise business("ACQ.TRADE_HAS_CLOSE")
        if self._waits:
            raise business("ACQ.TRADE_STATUS_ERROR", "the trade is not paid")
        if amount != self.order.total and not out_request_no:
            raise business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "a partial refund needs an out_request_no")
        if not 0 < amount <= self.order.total - self.refunded:
            raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR")


@dataclass(frozen=True, slots=True)
class Change:
    """A trade after a step, and the refund that the step made, if it made one."""

    trade: Trade
    refund: Refund | None = None


def open_trade(order: Order, trade_no: str, buyer_id: str, at: datetime) -> Trade:
    """The trade that comes to be when its buyer appears; ACQ.TRADE_HAS_CLOSE if the link's time is over."""
    expires_at = order.pay_by.deadline(at)
    if at >= expires_at:
        raise business("ACQ.TRADE_HAS_CLOSE", "time_expire has passed")
    return Trade(trade_no, order, buyer_id, created_at=at, expires_at=expires_at)


def check_same_terms(trade: Trade, order: Order) -> None:
    """A second request under the same out_trade_no has to ask for the same."""
    if (trade.order.total, trade.order.subject) != (order.total, order.subject):
        raise business(
            "ACQ.CONTEXT_INCONSISTENT", "another total_amount or subject under the same out_trade_no"
        )
