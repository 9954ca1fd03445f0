"""What a payment provider can answer, in terms that fit any provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payment.domain.trade import Money


@dataclass(frozen=True, slots=True)
class Form:
    """How the payer pays; exactly one field is set."""

    cashier_url: str | None = None
    """An address for a browser."""
    order_string: str | None = None
    """A signed text for the provider's SDK inside an app."""
    qr_code: str | None = None
    """The text of a code to scan with the provider's app."""
    trade_no: str | None = None
    """The provider's number of a trade that its own app can be asked to pay."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to pay an order that was given to its buyer."""

    order_id: str
    product: str
    form: Form


@dataclass(frozen=True, slots=True)
class Paid:
    """The provider has the money."""

    money: Money


@dataclass(frozen=True, slots=True)
class Waiting:
    """The payer opened the cashier and has not paid."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The trade holds no money and can no longer be paid."""


@dataclass(frozen=True, slots=True)
class NeverSeen:
    """The provider does not know the trade: nobody opened the cashier, and somebody may do so while the link is valid."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """No certain answer: query again, never guess."""

    reason: str


TradeAnswer = Paid | Waiting | Ended | NeverSeen | Unsure


@dataclass(frozen=True, slots=True)
class Made:
    """The refund's money was returned."""

    at: datetime | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The refund was accepted; whether money moved has to be queried."""


@dataclass(frozen=True, slots=True)
class NoSuchRefund:
    """The provider does not know the refund."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The refund will never be made."""

    reason: str


RefundAnswer = Made | Accepted | NoSuchRefund | Refused | Unsure


@dataclass(frozen=True, slots=True)
class Notice:
    """The content of a verified notice. `money` is set when it says that the trade is paid.

    `query_now` is set when it reports a refund or an end: that proves nothing by itself, but is a reason to query now.
    """

    order_id: str
    app: str
    account: str
    amount: int
    money: Money | None
    query_now: bool
