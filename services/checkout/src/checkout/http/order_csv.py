"""Orders as rows of a table that people open in a spreadsheet. Amounts are in yuan."""

from __future__ import annotations

from checkout.domain.carriers import display_name
from checkout.domain.order import Order
from contracts.money import yuan
from runtime.web.csv_files import Cell

COLUMNS = (
    "order_id", "mini_program_id", "status", "placed_at", "lines", "pieces", "subtotal", "delivery_fee", "discount", "total",
    "refunded_total", "parcels", "region", "recipient", "phone", "street",
)  # fmt: skip


def row_of(order: Order, *, with_address: bool) -> list[Cell]:
    """The order's row; without the address, its cells are empty."""
    address = order.address if with_address else None
    amounts = order.amounts
    return [
        order.order_id,
        order.mini_program_id,
        order.status.value,
        order.placed_at.isoformat(),
        "; ".join(f"{line.title} ({line.sku_id}) x {line.quantity}" for line in order.lines),
        sum(line.quantity for line in order.lines),
        *map(
            yuan,
            (amounts.subtotal, amounts.delivery_fee, amounts.discount, order.total, order.refunded_total),
        ),
        "; ".join(f"{display_name(parcel.carrier)} {parcel.tracking_number}" for parcel in order.shipments),
        order.region,
        address.recipient if address else "",
        address.phone if address else "",
        address.street if address else "",
    ]
