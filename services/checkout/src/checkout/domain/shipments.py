"""Parcels of an order, and what is left to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from checkout.domain.errors import NothingToShip, TooManyParcels
from checkout.domain.purchase import Line

MAX_PARCELS = 100


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel: SKUs with quantities."""

    shipment_id: str
    carrier: str
    tracking_number: str
    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime


Shipments = tuple[Shipment, ...]
"""The parcels of one order, oldest first."""


def is_repeated(shipments: Shipments, new: Shipment) -> bool:
    """Whether the parcel was sent before: the same tracking number of the same carrier."""
    named = (new.carrier, new.tracking_number)
    return any((shipment.carrier, shipment.tracking_number) == named for shipment in shipments)


def left_to_send(lines: Iterable[Line], shipments: Shipments) -> dict[str, int]:
    """The quantities that are in no parcel, by SKU."""
    left = {line.sku_id: line.quantity for line in lines}
    for shipment in shipments:
        for sku_id, quantity in shipment.lines:
            left[sku_id] -= quantity
    return {sku_id: quantity for sku_id, quantity in left.items() if quantity}


def with_parcel(shipments: Shipments, new: Shipment, left: Mapping[str, int]) -> Shipments:
    """The parcels with one more; without lines it holds all that is `left`. Raises NothingToShip and TooManyParcels."""
    if len(shipments) >= MAX_PARCELS:
        raise TooManyParcels(f"An order can be sent in at most {MAX_PARCELS} parcels.")
    lines = new.lines or tuple(left.items())
    if (
        not lines
        or len(dict(lines)) != len(lines)
        or any(quantity > left.get(sku_id, 0) for sku_id, quantity in lines)
    ):
        raise NothingToShip("The parcel is empty, names a SKU twice, or holds more than is left to send.")
    return (*shipments, replace(new, lines=lines))
