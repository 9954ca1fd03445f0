"""Which problem document answers which domain error."""

from __future__ import annotations

from payment.domain.errors import (
    AlreadyPaid,
    AlreadySettled,
    BadNotice,
    BillNotReady,
    DayNotReady,
    FutureDay,
    KeyReused,
    MoreThanOwed,
    NoLongerPayable,
    NotPaidYet,
    ProviderRefused,
    ProviderUnavailable,
    ReferenceUsed,
    TradeNotOpened,
    UnknownOwner,
    UnknownPayout,
    UnknownTrade,
)
from runtime.web.idempotency import key_reused
from runtime.web.problems import Problem, ProblemTable, not_found, unavailable

BILL_RETRY_SECONDS = 1800

PROBLEMS: ProblemTable = {
    UnknownTrade: lambda _: not_found("the order"),
    UnknownPayout: lambda _: not_found("the payout"),
    NotPaidYet: lambda _: Problem(
        422, "invalid_content", "paid_on lies in the future", errors=[("paid_on", "lies in the future")]
    ),
    UnknownOwner: lambda _: not_found("an owner with a mini program"),
    MoreThanOwed: lambda error: Problem(
        409,
        "more_than_owed",
        f"The owner owes {error.args[0]} fen by the statements so far, less what was recorded since. Record at most that.",
        errors=[("amount.amount", f"must be at most {error.args[0]}")],
    ),
    ReferenceUsed: lambda reference: Problem(
        409, "reference_used", f"The transfer {reference} was recorded for another owner, amount or day"
    ),
    AlreadySettled: lambda reference: Problem(
        409, "already_settled", f"this payout was settled by the transfer {reference}"
    ),
    TradeNotOpened: lambda _: Problem(
        409, "not_ready", "payment has not seen this order yet; try again", retry_after=1
    ),
    AlreadyPaid: lambda _: Problem(409, "already_paid", "this order is paid"),
    NoLongerPayable: lambda _: Problem(409, "payment_closed", "this order can no longer be paid"),
    KeyReused: lambda _: key_reused(),
    ProviderRefused: lambda error: Problem(409, "payment_refused", f"the provider refuses: {error}"),
    ProviderUnavailable: lambda error: unavailable(str(error)),
    BadNotice: lambda _: Problem(400, "bad_return", "this is not an address that Alipay sent you to"),
    FutureDay: lambda error: Problem(
        422, "invalid_content", str(error), errors=[("day", "lies in the future")]
    ),
    DayNotReady: lambda error: Problem(409, "not_yet", str(error), retry_after=5),
    BillNotReady: lambda error: Problem(409, "not_yet", str(error), retry_after=BILL_RETRY_SECONDS),
}
