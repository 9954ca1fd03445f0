"""What the use cases need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from contracts.event import Event
from payment.domain.provider import Form, Notice, RefundAnswer, TradeAnswer
from payment.domain.reconciliation import Movement
from payment.domain.trade import Payee, Refund, Trade


class UnknownTrade(Exception):
    """There is no trade of that order here."""


class BadNotice(Exception):
    """A notice that is not the provider's, or cannot be read; the text says why."""


class Refusal(Exception):
    """The provider will not do it; the text is its reason."""


class NoBill(Exception):
    """The provider has no bill of that day, and will have none: no money moved."""


class BillNotYet(Exception):
    """The provider has not made the bill of that day yet; the text says when it does."""


class PaymentProvider(Protocol):
    """One payment provider. No call raises for an answer that did not come: it is `Unsure`."""

    def payees(self) -> Mapping[str, Payee]:
        """Who can collect, by the merchant's name in the settings."""
        ...

    def form(self, trade: Trade, product: str, now: datetime) -> Form:
        """How the payer pays this trade with this product until its deadline. No I/O."""
        ...

    async def offer(self, trade: Trade, product: str, payer: str | None, now: datetime) -> Form:
        """The same for every product, those included that the provider has to be asked for first.

        `payer` is the payer's name at the provider, for products that want it. Raises ProviderAway when it is unknown
        whether the provider knows of it (asking again does no harm), and Refusal.
        """
        ...

    async def ask(self, trade: Trade) -> TradeAnswer:
        """What has become of the trade."""
        ...

    async def close(self, trade: Trade) -> TradeAnswer:
        """End an unpaid trade: Ended, NeverSeen, or Unsure when it could not be ended."""
        ...

    async def refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        """Send money back; the same refund twice sends it once."""
        ...

    async def ask_refund(self, trade: Trade, refund: Refund) -> RefundAnswer:
        """What has become of the refund."""
        ...

    def read_notice(self, body: bytes) -> Notice:
        """The verified content of a notice; raises BadNotice."""
        ...

    def read_return(self, query: Mapping[str, str]) -> str:
        """The order of a verified return of the payer's browser; raises BadNotice."""
        ...

    async def bill(self, payee: Payee, day: date) -> Sequence[Movement]:
        """All money that moved for the payee on that day; raises NoBill, BillNotYet, or ProviderAway."""
        ...


class ProviderAway(Exception):
    """The provider cannot be asked now."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new trade with how to pay it."""

    trade: Trade
    form: Form


@dataclass(frozen=True, slots=True)
class Step:
    """A trade before and after, with what is told of it in the same write: events by the version that they belong to."""

    before: Trade
    after: Trade
    events: Sequence[tuple[int, Sequence[Event]]]
    traceparent: str | None = None


class TradeStore(Protocol):
    """Trades, each one document whose events lie beside its state."""

    async def add(self, opened: Sequence[Opened]) -> None:
        """Store new trades; those already there, or closed before they came, stay as they are."""
        ...

    def recent(self, order_id: str) -> Trade | None:
        """The trade as this process wrote it last, if it remembers: `save` is guarded against its being old, a decision to
        write nothing is not."""
        ...

    async def close_unseen(self, order_id: str, mini_program_id: str, reason: str, now: datetime) -> None:
        """Remember that an order ended before its trade came, and tell so."""
        ...

    async def load(self, order_ids: Sequence[str]) -> dict[str, Trade]:
        """Those that exist, by order id."""
        ...

    async def save(self, steps: Sequence[Step]) -> bool:
        """Write all whose version is still the one before; False when not all were (load and decide again)."""
        ...

    async def due(self, now: datetime, limit: int, *, but: Sequence[str]) -> list[Trade]:
        """Trades to work on now, the longest due first, without those in `but`."""
        ...
