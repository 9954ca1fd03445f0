"""What payment publishes: what became of money, and who earned what."""

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
        description="who holds the money: provider and merchant, `alipay.default`",
    ),
]
DEFAULT_COLLECTOR = "alipay.default"


class PaymentEvent(Event):
    """Something happened to the money of an order."""

    topic: ClassVar[Topic] = PAYMENTS

    order_id: str = Field(pattern=r"^[A-Za-z0-9_]{1,64}$")
    mini_program_id: str
    at: datetime


@published
class PaymentRequested(PaymentEvent):
    """The payer can pay: a cashier link (wap, page) or a signed order string (app)."""

    product: Literal["wap", "page", "app"]
    out_trade_no: Identifier
    cashier_url: str | None = None
    order_string: str | None = None


@published
class PaymentSettled(PaymentEvent):
    """The whole amount was received."""

    trade_no: Text
    amount: Money
    collector: Collector = DEFAULT_COLLECTOR


@published
class PaymentClosed(PaymentEvent):
    """Nothing was received and nothing can be any more."""

    reason: str


@published
class RefundSettled(PaymentEvent):
    """Money went back to the payer; `late` when it was money for an order that had already ended."""

    refund_id: Identifier
    amount: Money
    late: bool = False
    collector: Collector = DEFAULT_COLLECTOR


@published
class RefundFailed(PaymentEvent):
    """The provider refused a refund for good."""

    refund_id: Identifier
    amount: Money
    reason: str


@published
class LatePaymentReceived(PaymentEvent):
    """Money came for an order that had already ended unpaid; it goes back under `refund_id`, once."""

    trade_no: Text
    amount: Money
    refund_id: Identifier
    collector: Collector = DEFAULT_COLLECTOR


class SettlementEvent(Event):
    """Something was earned or paid out in a mini program."""

    topic: ClassVar[Topic] = SETTLEMENTS

    mini_program_id: str
    at: datetime


@published
class CommissionAccrued(SettlementEvent):
    """An order's money was shared out: the three parts sum to its total."""

    order_id: Identifier
    owner: Money
    platform: Money
    creator: Money
    creator_id: Identifier | None = None
    collector: Collector = DEFAULT_COLLECTOR


@published
class CommissionReversed(SettlementEvent):
    """A refund took back its part of what was shared out."""

    order_id: Identifier
    refund_id: Identifier
    owner: Money
    platform: Money
    creator: Money
    creator_id: Identifier | None = None
    collector: Collector = DEFAULT_COLLECTOR


@published
class PayoutSettled(SettlementEvent):
    """A day's statement was paid out."""

    payout_id: Identifier
    payee: Identifier
    payee_kind: Literal["owner", "creator"] = "owner"
    day: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    amount: Money
