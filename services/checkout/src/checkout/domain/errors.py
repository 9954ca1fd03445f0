"""Why a call or a fact is refused. `http/errors.py` says how each is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from checkout.domain.purchase import Amounts


class OrderNotFound(Exception):
    """There is no such order, or the caller may not see it."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"There is no order {order_id}.")


class MiniProgramNotFound(Exception):
    """There is no such mini program, or the caller may not see it."""


class AddressNotFound(Exception):
    """There is no such address, or it is another buyer's."""


class CouponNotFound(Exception):
    """The mini program has no such coupon."""


class CouponExists(Exception):
    """The mini program has another coupon with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"The mini program has a coupon {code} already. Change that one, or choose another code."
        )


class StockBelowUsed(Exception):
    """A coupon's stock cannot be less than the orders that use it."""

    def __init__(self, used: int) -> None:
        super().__init__(f"must be at least {used}, because {used} orders use the coupon")


class RefundNotFound(Exception):
    """The order has no such refund."""


class IllegalTransition(Exception):
    """The state of the order can never allow this."""

    loggable: ClassVar[bool] = True

    def __init__(self, status: str, trigger: str) -> None:
        super().__init__(f"The order is {status}: {trigger} is not possible.")


class NothingToShip(Exception):
    """A parcel holds more than is left to send, or its goods are being refunded."""


class ShipmentNotFound(Exception):
    """The order has no such parcel."""


class CorrectionRefused(Exception):
    """A parcel cannot be corrected so; the text says why."""


class TooManyNotes(Exception):
    """The order has as many notes as are allowed."""


class TooManyParcels(Exception):
    """The order was sent in as many parcels as are allowed."""


class RefundRefused(Exception):
    """The refund is not possible now; the text says why."""


class KeyReused(Exception):
    """An idempotency key was used before, for another request."""


class RegionTwice(Exception):
    """Two delivery fees for one region; `number` is the second one's place, from 0."""

    def __init__(self, number: int, region: str) -> None:
        super().__init__(f"There is a fee for {region} already. Give each region one fee.")
        self.number = number


class TooManyAddresses(Exception):
    """The buyer has as many saved addresses as are allowed."""


class NotReady(Exception):
    """The mini program may exist, but its events have not arrived yet; a later call can succeed."""


class ShopSuspended(Exception):
    """The mini program takes no orders at present."""


class SlotTaken(Exception):
    """Another order of the buyer has this order's `unpaid_slot`."""


class TooManyUnpaid(Exception):
    """The buyer has as many unpaid orders in the mini program as are allowed."""

    def __init__(self, order_ids: Sequence[str]) -> None:
        super().__init__(
            f"You have {len(order_ids)} unpaid orders in this mini program, which is the maximum. "
            "Pay or cancel one of those in `errors` first. A cancelled one counts until its payment is closed."
        )
        self.order_ids = order_ids


class OrderRefused(Exception):
    """The order cannot be placed as it was requested; the subclass says why."""


class UnknownSku(OrderRefused):
    """The mini program has no such SKUs; `lines` are the positions of the lines that name them."""

    def __init__(self, lines: Sequence[int]) -> None:
        super().__init__(f"Unknown SKUs on lines {list(lines)}.")
        self.lines = lines


class Delisted(OrderRefused):
    """These SKUs are no longer sold."""

    def __init__(self, sku_ids: Sequence[str]) -> None:
        super().__init__(f"No longer sold: {', '.join(sku_ids)}.")


class UnknownAddress(OrderRefused):
    """The buyer has no saved address with this id in the mini program."""


class InvalidClick(OrderRefused):
    """The click that was sent with the order does not count for this buyer; the text says why."""


class ReturnNotAllowed(OrderRefused):
    """The payer would return to an address that is not one of the host's."""

    def __init__(self, origin: str, allowed: Sequence[str]) -> None:
        named = (
            f"This host may name {', '.join(allowed)}."
            if allowed
            else "This host has stated no return origins."
        )
        super().__init__(
            f"A payer may not return to {origin}. {named} An operator states them with the host's client."
        )


class TotalOutOfRange(OrderRefused):
    """The total is zero, or more than one payment may be."""

    def __init__(self, total: int, maximum: int) -> None:
        super().__init__(f"The total is {total} fen. It must be from 1 to {maximum}.")


class PriceChanged(OrderRefused):
    """The total is not the one that the buyer was shown."""

    def __init__(self, amounts: Amounts, expected: int) -> None:
        super().__init__(
            f"The total is now {amounts.total} fen, not {expected}: {amounts.subtotal} for the goods, "
            f"{amounts.discount} off, {amounts.delivery_fee} for delivery."
        )


class ReviewNotFound(Exception):
    """There is no such review, or the caller may not see it."""


class CheckNotFound(Exception):
    """No text waits for an operator under this id."""


class ProductNotFound(Exception):
    """The mini program has no such product, or the caller may not see it."""


class NotReviewable(Exception):
    """The order has not been completed."""

    def __init__(self, status: str) -> None:
        super().__init__(f"The order is {status}. A completed order can be reviewed.")


class NotBought(Exception):
    """The order has no line with this SKU."""


class AlreadyReviewed(Exception):
    """The line has a review already, with another rating or text."""


class ContentRefused(Exception):
    """A text must not be shown to viewers; `errors` names each field as (path, message)."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors
