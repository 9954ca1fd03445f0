"""The state of an order as its events carry it: what the owner reads of it, without personal data.

Names and meanings are those of `GET /v1/owner/orders/{order_id}`. There is no address, no note and no payment link.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from contracts.engagement import Surface
from contracts.event import Value
from contracts.money import Money


class LineSnapshot(Value):
    """A line of an order, as it was bought."""

    sku_id: str
    product_id: str
    title: str
    title_en: str = ""
    attributes: dict[str, str] = {}
    attributes_en: dict[str, str] = {}
    image_url: str = ""
    unit_price: Money
    quantity: int
    line_total: Money
    discount: Money = Field(description="its part of the order's discount")


class ParcelContent(Value):
    """A SKU and how many of it are in a parcel."""

    sku_id: str
    quantity: int


class CorrectedLabel(Value):
    """What was said about a parcel until it was corrected."""

    carrier: str
    tracking_number: str
    corrected_at: datetime


class ShipmentSnapshot(Value):
    """A parcel."""

    shipment_id: str
    carrier: str
    carrier_en: str = ""
    carrier_id: str
    tracking_number: str
    tracking_url: str | None = None
    lines: tuple[ParcelContent, ...]
    shipped_at: datetime
    corrections: tuple[CorrectedLabel, ...] = ()


class RefundSnapshot(Value):
    """A refund and its status."""

    refund_id: str
    amount: Money
    reason: str
    status: str
    approval_reason: str | None = None
    rejection_reason: str | None = None


class PaymentSnapshot(Value):
    """Whether the order was paid."""

    status: str
    product: str
    out_trade_no: str
    trade_no: str | None = None


class CancellationSnapshot(Value):
    """The owner, or an operator, has ended the order."""

    by: Literal["owner", "operator"]
    reason: str
    at: datetime


class AttributionSnapshot(Value):
    """What brought the buyer."""

    surface: Surface
    video_id: str | None = None
    creator_id: str | None = None
    click_id: str | None = None
    share_code: str | None = None


class HistorySnapshot(Value):
    """When the order reached a status."""

    status: str
    at: datetime


class OrderSnapshot(Value):
    """An order right after an event. `lines`, `shipments` and `refunds` are null where all three are too long for an event."""

    order_id: str
    mini_program_id: str
    openid: str
    status: str
    reason: str | None = None
    lines: tuple[LineSnapshot, ...] | None = None
    subtotal: Money
    delivery_fee: Money
    discount: Money
    coupon_code: str | None = None
    total: Money
    placed_at: datetime
    expires_at: datetime
    receive_by: datetime | None = None
    payment: PaymentSnapshot | None = None
    refunds: tuple[RefundSnapshot, ...] | None = None
    refunded_total: Money
    shipments: tuple[ShipmentSnapshot, ...] | None = None
    cancellation: CancellationSnapshot | None = None
    attribution: AttributionSnapshot
    history: tuple[HistorySnapshot, ...]
