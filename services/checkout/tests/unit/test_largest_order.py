"""The largest order that can be placed fits into Kafka's records and MongoDB's document, whatever happens to it later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import bson
import pytest
from checkout_support.samples import MINI_PROGRAM, NOW

from checkout.adapters.order_codec import document_of
from checkout.application.contracts_out import contracts_of
from checkout.domain.coupon import CouponUse
from checkout.domain.errors import RefundRefused, TooManyParcels
from checkout.domain.events import OrderEvent
from checkout.domain.order import Order
from checkout.domain.payment_link import Payment
from checkout.domain.purchase import Address, Amounts, Attribution, Line, Terms
from checkout.domain.refunds import MAX_REFUNDS
from checkout.domain.shipments import MAX_PARCELS, Shipment
from contracts.api.common import MAX_LINES
from contracts.api.orders import MAX_PIECES
from contracts.api.products import SkuRequest
from contracts.catalog import StockReserved
from contracts.checkout import OrderPlaced
from contracts.event import Event

WIDE = "𠮷"
"""Four bytes of UTF-8."""
RECORD_LIMIT = 1024 * 1024
DOCUMENT_LIMIT = 16 * 1024 * 1024
TEXT = WIDE * 200
ADDRESS = Address(TEXT, "1" * 25, TEXT, TEXT)


def sku_id(n: int) -> str:
    return f"{n:064d}"


def largest_attributes() -> dict[str, str]:
    """The largest that catalog takes; one more entry or character is refused."""
    attributes = {WIDE * 39 + chr(0x20000 + n): WIDE * 100 for n in range(10)}
    return SkuRequest.model_validate(
        {"sku_id": sku_id(0), "price": {"amount": 1}, "attributes": attributes}
    ).attributes


def largest_order() -> Order:
    attributes, pieces = largest_attributes(), MAX_PIECES // MAX_LINES
    lines = tuple(
        Line(
            sku_id(n), "p" * 64, TEXT, attributes, 10**8, pieces, 10**9, Terms(5_000, 5_000, 10**6),
            title_en=TEXT, attributes_en=attributes, image_url="https://pictures.example/" + "x" * 2000,
        )
        for n in range(MAX_LINES)
    )  # fmt: skip
    return Order(
        order_id=f"{MINI_PROGRAM}_{'A' * 26}", mini_program_id=MINI_PROGRAM, host_id="h" * 64, openid="o" * 64,
        lines=lines, amounts=Amounts.of(lines, delivery_fee=10**6, discount=10**6), coupon=CouponUse(TEXT, 99_999, 99),
        placed_at=NOW, expires_at=NOW + timedelta(minutes=15), region=TEXT,
        attribution=Attribution("video_anchor", "c" * 2048, *(["v" * 64] * 5)),
        merchant="m" * 64, payment_product="wap", return_url="https://host.example/" + WIDE * 1000,
        address=ADDRESS, fingerprint="f" * 64,
    )  # fmt: skip


class Life:
    """An order with all that is recorded about it."""

    def __init__(self) -> None:
        self.order = largest_order()
        self.events: list[Event] = []

    def step(self, command: Callable[[Order], list[OrderEvent]]) -> None:
        self.events += contracts_of(self.order, command(self.order), NOW)

    def sizes(self) -> list[int]:
        return [len(event.model_dump_json(exclude_none=True).encode()) for event in self.events]


@pytest.fixture(scope="module")
def life() -> Life:
    """Placed, paid, sent in as many parcels and refunded as often as is allowed."""
    life = Life()
    link = Payment("requested", "wap", "t" * 64, cashier_url="https://pay.example/" + "x" * 8000)
    life.step(lambda order: order.place())
    life.step(lambda order: order.reserve_stock(NOW))
    life.step(lambda order: order.request_payment(link, NOW))
    life.step(lambda order: order.settle_payment("t" * 64, NOW))
    for n in range(MAX_PARCELS):
        parcel = Shipment(f"s{n}", TEXT, f"{n:064d}", ((sku_id(n % MAX_LINES), 1),), NOW)
        life.step(lambda order, parcel=parcel: order.ship(parcel))  # type: ignore[misc]
    for n in range(MAX_REFUNDS):
        refund_id = f"{n:024d}"
        life.step(lambda order, key=refund_id: order.request_refund(key, 1, TEXT, "f" * 64))  # type: ignore[misc]
        life.step(lambda order, key=refund_id: order.approve_refund(key, NOW))  # type: ignore[misc]
        life.step(lambda order, key=refund_id: order.settle_refund(key, NOW))  # type: ignore[misc]
    return life


def test_each_event_of_the_largest_order_fits_into_a_record(life: Life) -> None:
    assert max(life.sizes()) < RECORD_LIMIT


def test_catalogs_answer_fits_with_the_order_inside(life: Life) -> None:
    placed = life.events[0]
    assert isinstance(placed, OrderPlaced)
    lines = tuple({"sku_id": line.sku_id, "quantity": line.quantity} for line in placed.lines)
    reserved = StockReserved.model_validate(
        {"version": 1, "order_id": placed.order_id, "mini_program_id": MINI_PROGRAM, "lines": lines, "order": placed}
    )  # fmt: skip
    assert len(reserved.model_dump_json().encode()) < RECORD_LIMIT


def test_the_document_of_the_largest_order_with_its_outbox_fits_into_mongodb(life: Life) -> None:
    envelopes = len(life.events) * 500
    assert len(bson.encode(document_of(life.order))) + sum(life.sizes()) + envelopes < DOCUMENT_LIMIT


def test_one_parcel_or_refund_more_is_refused(life: Life) -> None:
    with pytest.raises(TooManyParcels, match="at most 100"):
        life.order.ship(Shipment("more", "SF", "more", (), NOW))
    with pytest.raises(RefundRefused, match="At most 20"):
        life.order.request_refund("more", 1, "", "")
