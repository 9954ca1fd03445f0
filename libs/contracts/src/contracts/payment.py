"""Events that payment publishes: payments and refunds of orders, commissions and payouts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from contracts.event import Event, Identifier, Text, published
from contracts.money import Money
from contracts.topics import PAYMENTS, SETTLEMENTS, Topic

Collector = Annotated[
    str,
    Field(
        pattern=r"^[a-z]+\.[A-Za-z0-9_.:-]{1,64}$",
        description="who holds the money: provider and merchant, for example `alipay.default`",
    ),
]
DEFAULT_MERCHANT = "default"
"""The platform's own merchant, which always exists: mini programs collect through it unless an operator says otherwise."""
MERCHANTS_PATH = "/internal/merchants"
"""Served by payment to the other processes; the gateway passes no call with this path on."""
DEFAULT_COLLECTOR = "alipay.default"
MERCHANT_UNAVAILABLE = "merchant_unavailable"
"""Why a payment is closed that was never open: nobody collects for the order's merchant."""


class PaymentEvent(Event):
    """Something happened to the money of an order."""

    topic: ClassVar[Topic] = PAYMENTS

    order_id: str = Field(pattern=r"^[A-Za-z0-9_]{1,64}$")
    mini_program_id: str
    at: datetime


@published
class PaymentRequested(PaymentEvent):
    """The buyer can pay: by a cashier link (wap, page) or a signed order string (app)."""

    product: Literal["wap", "page", "app"]
    out_trade_no: Identifier
    cashier_url: str | None = None
    order_string: str | None = None


@published
class PaymentSettled(PaymentEvent):
    """The full amount was received."""

    trade_no: Text
    amount: Money
    collector: Collector = DEFAULT_COLLECTOR


@published
class PaymentClosed(PaymentEvent):
    """The payment was closed unpaid. Money that arrives all the same is sent back: LatePaymentReceived, then RefundSettled."""

    reason: str


@published
class RefundSettled(PaymentEvent):
    """A refund reached the payer; `late` if the payment came after the order had ended."""

    refund_id: Identifier
    amount: Money
    late: bool = False
    collector: Collector = DEFAULT_COLLECTOR


@published
class RefundFailed(PaymentEvent):
    """The provider refused a refund finally; `late` if the payment came after the order had ended."""

    refund_id: Identifier
    amount: Money
    reason: str
    late: bool = False


@published
class LatePaymentReceived(PaymentEvent):
    """A payment came after its order had ended unpaid. It is refunded once, under `refund_id`."""

    trade_no: Text
    amount: Money
    refund_id: Identifier
    collector: Collector = DEFAULT_COLLECTOR


class SettlementEvent(Event):
    """Money was earned or paid out in a mini program."""

    topic: ClassVar[Topic] = SETTLEMENTS

    mini_program_id: str
    at: datetime


@published
class CommissionAccrued(SettlementEvent):
    """An order's money was divided; the three parts add up to its total."""

    order_id: Identifier
    owner: Money
    platform: Money
    creator: Money
    creator_id: Identifier | None = None
    collector: Collector = DEFAULT_COLLECTOR
    at_owner: bool = Field(
        default=False,
        description="whether the collector is the owner's own, who then owes the other two parts",
    )


@published
class CommissionReversed(SettlementEvent):
    """A refund took back its part of the commissions."""

    order_id: Identifier
    refund_id: Identifier
    owner: Money
    platform: Money
    creator: Money
    creator_id: Identifier | None = None
    collector: Collector = DEFAULT_COLLECTOR
    at_owner: bool = Field(
        default=False,
        description="whether the collector is the owner's own, who then owes the other two parts",
    )


@published
class OwnerPaymentRecorded(SettlementEvent):
    """An operator recorded what an owner has transferred to the platform, for one mini program."""

    payment_id: Identifier
    owner_id: Identifier
    amount: Money
    reference: Text = Field(description="the transfer's number at the bank")
    paid_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")


@published
class PayoutSettled(SettlementEvent):
    """A day's statement was paid out."""

    payout_id: Identifier
    payee: Identifier
    payee_kind: Literal["owner", "creator"] = "owner"
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    amount: Money
