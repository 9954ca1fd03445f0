"""Statements, earnings, settlements and reconciliations: what owners, creators and operators see of the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, PageQuery

Day = Annotated[
    str,
    Field(
        pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description="a day in Beijing time (UTC+8), such as 2026-03-01",
    ),
]
Fen = Annotated[int, Field(description="minor units of CNY; negative if more was refunded than earned")]


class StatementsQuery(PageQuery):
    """Without `day`: statements, newest first. With `day`: that day's statements with their lines; `format=csv` gives all lines."""

    day: Day | None = None
    format: Literal["json", "csv"] = "json"


class StatementLine(Answer):
    """One payment or refund on a payee's account, or an owner's transfer to the platform, which has a `reference` and no order."""

    posting_id: str
    kind: Literal["payment", "refund", "owner_payment"]
    order_id: str | None
    refund_id: str | None = None
    reference: str | None = None
    at: datetime
    amount: Fen


class Turnover(Answer):
    """Where an owner's earnings come from: earned + reversed = sales - discount + delivery_fee - refunded - commission - at_owner.

    All are of the orders whose goods were received. A creator's are 0.
    """

    sales: Annotated[int, Field(description="what the goods cost before the discount, in fen")] = 0
    discount: Annotated[int, Field(description="what coupons took off, in fen")] = 0
    delivery_fee: Annotated[
        int, Field(description="what buyers paid for delivery, in fen; the owner's without commission")
    ] = 0
    refunded: Annotated[int, Field(description="what went back to buyers, in fen")] = 0
    commission: Annotated[
        int,
        Field(description="the platform's and the creators' part, less what refunds took back of it, in fen"),
    ] = 0
    paid: Annotated[
        int, Field(description="what the owner has transferred to the platform of what was owed, in fen")
    ] = 0
    at_owner: Annotated[
        int,
        Field(
            description="what the owner's own merchant collected, less its refunds, in fen: the owner has it already"
        ),
    ] = 0


class StatementView(Turnover):
    """One day of a payee in one mini program: opening + earned + reversed + paid = paid_out + closing."""

    day: str
    mini_program_id: str
    payee: str
    payee_kind: Literal["owner", "creator"]
    currency: Literal["CNY"] = "CNY"
    opening: Fen
    earned: Fen
    reversed: Fen
    paid_out: Fen
    closing: Fen
    owed: Annotated[
        int,
        Field(
            ge=0,
            description="fen that the payee owes the platform after this day (`closing` is negative): never paid out, and "
            "made up for by later statements. An owner whose own merchant collects owes the commissions",
        ),
    ] = 0
    payments: int
    refunds: int
    payout_id: str | None = None


class StatementsPage(Answer):
    """Statements; with `day`, also the lines behind them. An order enters a statement on the day when its goods are received."""

    items: list[StatementView]
    lines: list[StatementLine] | None = None
    next_cursor: str | None = None
    pending: Annotated[int, Field(description="fen earned that are in no statement yet")] = 0
    awaiting_receipt: Annotated[
        int, Field(description="the part of `pending` whose goods have not been received yet, in fen")
    ] = 0


class PeriodsQuery(PageQuery):
    """An owner's statements by day or month, newest first; `format=csv` gives all of them as a file."""

    by: Literal["day", "month"] = "day"
    first: Day | None = Field(default=None, alias="from", description="the first day")
    last: Day | None = Field(default=None, alias="to", description="the last day")
    format: Literal["json", "csv"] = "json"


class PeriodView(Turnover):
    """A day or a month in one mini program: opening + earned + reversed + paid = paid_out + closing."""

    period: Annotated[str, Field(description="a day or a month in Beijing time: 2026-03-01, or 2026-03")]
    mini_program_id: str
    currency: Literal["CNY"] = "CNY"
    opening: Fen
    earned: Fen
    reversed: Fen
    paid_out: Fen
    closing: Fen
    owed: Annotated[int, Field(ge=0, description="fen that the owner owes the platform at the end")]
    payments: int
    refunds: int


class SetAside(Answer):
    """A record that was not settled with its day; it is settled with a later day, once the reason is gone."""

    reason: Annotated[
        Literal["not_posted", "unknown_owner"],
        Field(
            description="the order's money has no posting in the ledger, or the mini program's owner is not known"
        ),
    ]
    mini_program_id: str | None = None
    order_id: str | None = None
    refund_id: str | None = None


class SettlementView(Answer):
    """The settlement of one day for the whole platform."""

    day: str
    state: Literal["open", "closed"]
    set_aside: Annotated[
        list[SetAside], Field(description="at most 100 of the records that were not settled with the day")
    ] = []
    statements: int
    paid_out: Fen
    platform: Fen
    closed_at: datetime | None = None


class Difference(Answer):
    """One payment or refund on which ledger, trades and the provider's bill differ. Amounts in fen; null if missing there."""

    kind: Literal["missing_here", "missing_there", "amount", "state"]
    order_id: str
    refund_id: str | None = None
    bill: int | None = None
    ledger: int | None = None
    trade: int | None = None


class ReconciliationView(Answer):
    """One day of one collecting merchant, compared payment by payment and refund by refund."""

    day: str
    collector: str
    at: datetime
    provisional: Annotated[
        bool,
        Field(description="compared before the day ended, so that one side may still miss some payments"),
    ] = False
    compared: int
    bill_total: Fen
    ledger_total: Fen
    differences: list[Difference]


class ReconciliationReport(Answer):
    """One day of all collecting merchants."""

    day: str
    clean: bool
    items: list[ReconciliationView]
