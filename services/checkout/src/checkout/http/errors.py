"""How each refusal is answered."""

from __future__ import annotations

from checkout.domain.coupon import CouponRefused, Refusal
from checkout.domain.errors import (
    AddressNotFound,
    AlreadyReviewed,
    CheckNotFound,
    ContentRefused,
    CorrectionRefused,
    CouponExists,
    CouponNotFound,
    Delisted,
    IllegalTransition,
    InvalidClick,
    KeyReused,
    MiniProgramNotFound,
    NotBought,
    NothingToShip,
    NotReady,
    NotReviewable,
    OrderNotFound,
    PriceChanged,
    ProductNotFound,
    RefundNotFound,
    RefundRefused,
    RegionTwice,
    ReturnNotAllowed,
    ReviewNotFound,
    ShipmentNotFound,
    ShopSuspended,
    StockBelowUsed,
    TooManyAddresses,
    TooManyNotes,
    TooManyParcels,
    TooManyUnpaid,
    TotalOutOfRange,
    UnknownAddress,
    UnknownSku,
)
from runtime.web.idempotency import key_reused
from runtime.web.problems import MAX_ERRORS, Problem, ProblemTable, not_found, wrong_fields


def _invalid_click(error: InvalidClick) -> Problem:
    return Problem(422, "invalid_click", str(error), errors=[("click_id", str(error))])


def _unknown_address(error: UnknownAddress) -> Problem:
    message = "You have no address with this id in this mini program."
    return Problem(422, "unknown_address", message, errors=[("address_id", message)])


def _unknown_sku(error: UnknownSku) -> Problem:
    errors = [(f"lines[{n}].sku_id", "This mini program has no SKU with this id.") for n in error.lines]
    return Problem(
        422, "unknown_sku", "This mini program does not have all of these SKUs. See `errors`.", errors=errors
    )


def _too_many_unpaid(error: TooManyUnpaid) -> Problem:
    errors = [(order_id, "is not paid") for order_id in error.order_ids]
    return Problem(409, "too_many_unpaid_orders", str(error), errors=errors)


def _coupon_refused(error: CouponRefused) -> Problem:
    status = 422 if error.refusal is Refusal.UNKNOWN else 409
    return Problem(status, error.refusal, str(error), errors=[("coupon_code", str(error))])


def _return_not_allowed(error: ReturnNotAllowed) -> Problem:
    return Problem(422, "return_not_allowed", str(error), errors=[("return_url", str(error))])


def _content_refused(error: ContentRefused) -> Problem:
    detail = "Viewers must not be shown this. Change the fields in `errors`."
    return Problem(422, "content_refused", detail, errors=error.errors[:MAX_ERRORS])


PROBLEMS: ProblemTable = {
    OrderNotFound: lambda _: not_found("the order"),
    MiniProgramNotFound: lambda _: not_found("the mini program"),
    AddressNotFound: lambda _: not_found("the address"),
    RefundNotFound: lambda _: not_found("the refund"),
    ReviewNotFound: lambda _: not_found("the review"),
    CheckNotFound: lambda _: not_found("the check"),
    ProductNotFound: lambda _: not_found("the product"),
    CouponNotFound: lambda _: not_found("the coupon"),
    CouponExists: lambda error: Problem(409, "coupon_exists", str(error)),
    StockBelowUsed: lambda error: wrong_fields([("stock", str(error))]),
    NotReady: lambda _: Problem(
        503,
        "not_ready",
        "This mini program cannot accept orders yet. Try again after Retry-After.",
        retry_after=2,
    ),
    ShopSuspended: lambda _: Problem(
        409, "suspended", "This mini program is suspended and accepts no orders."
    ),
    UnknownSku: _unknown_sku,
    UnknownAddress: _unknown_address,
    CouponRefused: _coupon_refused,
    InvalidClick: _invalid_click,
    ReturnNotAllowed: _return_not_allowed,
    TotalOutOfRange: lambda error: Problem(422, "wrong_total", str(error)),
    Delisted: lambda error: Problem(409, "delisted", str(error)),
    PriceChanged: lambda error: Problem(409, "price_changed", f"{error} Show the new total to the buyer."),
    TooManyUnpaid: _too_many_unpaid,
    KeyReused: lambda _: key_reused(),
    IllegalTransition: lambda error: Problem(409, "wrong_state", str(error)),
    NothingToShip: lambda error: Problem(409, "refused", str(error)),
    ShipmentNotFound: lambda _: not_found("the parcel"),
    CorrectionRefused: lambda error: Problem(409, "refused", str(error)),
    TooManyNotes: lambda error: Problem(409, "refused", str(error)),
    TooManyParcels: lambda error: Problem(409, "refused", str(error)),
    RefundRefused: lambda error: Problem(409, "refused", str(error)),
    RegionTwice: lambda error: wrong_fields([(f"regions[{error.number}].region", str(error))]),
    NotReviewable: lambda error: Problem(409, "wrong_state", str(error)),
    NotBought: lambda _: wrong_fields([("sku_id", "the order has no line with this SKU")]),
    AlreadyReviewed: lambda _: Problem(
        409, "already_reviewed", "You have already reviewed this line. A review cannot be changed."
    ),
    ContentRefused: _content_refused,
    TooManyAddresses: lambda error: Problem(409, "too_many_addresses", str(error)),
}
