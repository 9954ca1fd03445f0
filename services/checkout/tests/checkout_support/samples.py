"""Sample orders: a mini program's order for two kettles, 200 fen in total."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from checkout.domain.coupon import Coupon, CouponTerms, CouponUse
from checkout.domain.order import Order
from checkout.domain.payment_link import Payment
from checkout.domain.purchase import Address, Amounts, Attribution, Line, Terms
from checkout.domain.shipments import Shipment

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINI_PROGRAM = "mp000001"
ORDER_ID = f"{MINI_PROGRAM}_AAAAAAAAAAAAAAAAAAAAAAAAAA"
ADDRESS = Address("Li Lei", "13800000000", "Zhejiang", "West Lake 1")
TOTAL = 200
"""2 × 100 fen."""
LINK = Payment("requested", "wap", ORDER_ID, cashier_url="https://pay.example/1")


def line(sku_id: str, price: int, quantity: int) -> Line:
    return Line(sku_id, "p" + sku_id, "Kettle", {"colour": "white"}, price, quantity, 3, Terms(100, 500, 1))


def placed_order(
    order_id: str = ORDER_ID,
    *,
    mini_program_id: str = MINI_PROGRAM,
    openid: str = "o1",
    placed_at: datetime = NOW,
    time_to_pay: timedelta = timedelta(minutes=15),
    amounts: Amounts | None = None,
) -> Order:
    """A new order, whose event was returned already."""
    lines = (line("sku1", 100, 2),)
    order = Order(
        order_id=order_id, mini_program_id=mini_program_id, host_id="host1", openid=openid,
        lines=lines, amounts=amounts or Amounts.of(lines), placed_at=placed_at, expires_at=placed_at + time_to_pay,
        region=ADDRESS.region, attribution=Attribution("direct"), merchant="default", payment_product="wap",
        address=ADDRESS, fingerprint="f1",
    )  # fmt: skip
    order.place()
    return order


def paid_order(order_id: str = ORDER_ID, *, amounts: Amounts | None = None) -> Order:
    order = placed_order(order_id, amounts=amounts)
    order.reserve_stock(NOW)
    order.request_payment(LINK, NOW)
    order.settle_payment("T1", NOW)
    return order


def parcel(shipment_id: str = "s1", *lines: tuple[str, int]) -> Shipment:
    """A parcel with these lines, or with all that is left."""
    return Shipment(shipment_id, "SF", "N" + shipment_id, lines, NOW)


def coupon(mini_program_id: str = MINI_PROGRAM, code: str = "SUMMER", **terms: Any) -> Coupon:
    """A coupon of 50 fen off for ten orders, two of each viewer, that applies around NOW."""
    usual: dict[str, Any] = {
        "amount": 50, "percent": None, "minimum": 0, "stock": 10, "per_viewer": 2,
        "starts": NOW - timedelta(days=1), "ends": NOW + timedelta(days=1),
    }  # fmt: skip
    return Coupon(mini_program_id, code, CouponTerms(**usual | terms), 1, NOW)


def with_coupon(order: Order, slot: int, viewer_slot: int = 0, code: str = "SUMMER") -> Order:
    """The order, holding these slots of a coupon."""
    order.coupon = CouponUse(code, slot, viewer_slot)
    return order
