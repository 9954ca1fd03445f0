"""What a payment provider can say, in words that fit any of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payment.domain.trade import Money


@dataclass(frozen=True, slots=True)
class Form:
    """How the payer pays; exactly one is given."""

    cashier_url: str | None = None
    """An address for a browser."""
    order_string: str | None = None
    """A signed text for the provider's part inside an app."""
    qr_code: str | None = None
    """The text of a code to be scanned with the provider's app."""
    trade_no: str | None = None
    """The provider's number of a trade that its own app can be told to pay."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The money is there."""

    money: Money


@dataclass(frozen=True, slots=True)
class Waiting:
    """The payer has come and has not paid."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The trade can no longer be paid, and holds no money."""


@dataclass(frozen=True, slots=True)
class NeverSeen:
    """The provider does not know the trade: its payer has not come, and may still come while the link is good."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """No certain answer: to be asked again, never guessed."""

    reason: str


TradeAnswer = Paid | Waiting | Ended | NeverSeen | Unsure


@dataclass(frozen=True, slots=True)
class Made:
    """The refund's money has gone back."""

    at: datetime | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The refund was taken in; whether money moved is to be asked."""


@dataclass(frozen=True, slots=True)
class NoSuchRefund:
    """The provider has never heard of the refund."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The refund will never be made."""

    reason: str


RefundAnswer = Made | Accepted | NoSuchRefund | Refused | Unsure


@dataclass(frozen=True, slots=True)
class Notice:
    """What a verified notice says. `money` where it says that the trade is paid; `stirs` where it tells of a refund or
    an end, which is no proof by itself but a reason to ask now."""

    order_id: str
    app: str
    account: str
    amount: int
    money: Money | None
    stirs: bool
