"""Alipay as payment knows it: trades that buyers open and pay, refunds, notices; answers that get lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from payment.domain.errors import BadNotice
from payment.domain.provider import (
    Accepted,
    Ended,
    Form,
    Made,
    NeverSeen,
    NoSuchRefund,
    Notice,
    Paid,
    RefundAnswer,
    Refused,
    TradeAnswer,
    Unsure,
    Waiting,
)
from payment.domain.refund import Refund
from payment.domain.trade import Collector, Money, Trade
from runtime.clock import Clock

COLLECTOR = Collector("alipay", "default", "app", "account")


@dataclass(slots=True)
class Account:
    """A trade at Alipay, from the moment a buyer opened its cashier."""

    amount: int
    expires_at: datetime
    paid: Money | None = None
    closed: bool = False
    refunds: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Alipay:
    """The provider's side. `lost` is how often a request or its answer is lost, `refuse` how often a refund is refused for good.
    While its clock is `behind`, buyers can pay after we took their link for dead: their money is late.

    `links` are the links that payment signed. A refund's money moves once, however often it is sent.
    """

    clock: Clock
    random: Random
    lost: float = 0.0
    refuse: float = 0.0
    behind: timedelta = timedelta(0)
    links: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    on_paid: Callable[[str], None] = lambda order_id: None

    def calm(self) -> None:
        self.lost = self.refuse = 0.0
        self.behind = timedelta(0)

    def now(self) -> datetime:
        """The time by Alipay's own clock."""
        return self.clock() - self.behind

    def open(self, order_id: str) -> bool:
        """A buyer opens the cashier by the link; False when it has expired."""
        amount, expires_at = self.links[order_id]
        if self.now() >= expires_at:
            return order_id in self.accounts
        self.accounts.setdefault(order_id, Account(amount, expires_at))
        return True

    def pay(self, order_id: str) -> bool:
        """The buyer pays in the cashier; False when the trade has ended or is paid."""
        account = self.accounts[order_id]
        if account.closed or account.paid is not None or self.now() >= account.expires_at:
            return False
        account.paid = Money(f"A{order_id}", account.amount, self.now())
        self.on_paid(order_id)
        return True

    def collectors(self) -> Mapping[str, Collector]:
        return {"default": COLLECTOR}

    def billed(self) -> list[Collector]:
        return [COLLECTOR]

    def form(self, trade: Trade, product: str, now: datetime) -> Form:
        self.links.setdefault(trade.order_id, (trade.total, trade.expires_at))
        return Form(cashier_url=f"https://cashier.example/{trade.order_id}")

    async def query(self, trade: Trade) -> TradeAnswer:
        return Unsure("lost") if self._loses() else self._state(trade.order_id)

    async def close(self, trade: Trade) -> TradeAnswer:
        if self._loses():
            return Unsure("lost")
        account = self.accounts.get(trade.order_id)
        if account is None:
            return NeverSeen()
        if account.paid is None:
            account.closed = True
        return (
            Ended() if account.paid is None and not self._loses() else Unsure("lost, or paid in the meantime")
        )

    async def refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        if self._loses():
            return Unsure("lost")
        account = self.accounts[trade.order_id]
        known = refund.refund_id in account.refunds
        if not known and self.random.random() < self.refuse:
            account.refused.add(refund.refund_id)
        if refund.refund_id in account.refused:
            return Refused("refused")
        sent = sum(amount for amount, _ in account.refunds.values())
        if not known and sent + refund.amount > account.amount:
            return Refused("more than was paid")
        account.refunds.setdefault(refund.refund_id, (refund.amount, self.now()))
        return Unsure("lost") if self._loses() else Accepted()

    async def query_refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        if self._loses():
            return Unsure("lost")
        made = self.accounts[trade.order_id].refunds.get(refund.refund_id)
        return Made(made[1]) if made is not None else NoSuchRefund()

    def read_notice(self, body: bytes) -> Awaitable[Notice]:
        """Not a step of its own: payment asks nobody, unless Alipay has renewed its certificate."""
        return self._read(body.decode())

    async def _read(self, order_id: str) -> Notice:
        account = self.accounts.get(order_id)
        if account is None or account.paid is None:
            raise BadNotice("not ours")
        return Notice(
            order_id, COLLECTOR.app, COLLECTOR.account, account.amount, account.paid, query_now=False
        )

    def _state(self, order_id: str) -> TradeAnswer:
        account = self.accounts.get(order_id)
        if account is None:
            return NeverSeen()
        if account.paid is not None:
            return Paid(account.paid)
        return Ended() if account.closed or self.now() >= account.expires_at else Waiting()

    def _loses(self) -> bool:
        return self.lost > 0 and self.random.random() < self.lost
