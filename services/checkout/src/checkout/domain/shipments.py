"""Parcels of an order, and what is left to send."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from checkout.domain.carriers import OTHER, carrier_of
from checkout.domain.errors import (
    CorrectionRefused,
    KeyReused,
    NothingToShip,
    ShipmentNotFound,
    TooManyParcels,
)
from checkout.domain.purchase import Line

MAX_PARCELS = 100
MAX_CORRECTIONS = 20
"""Of one parcel."""


@dataclass(frozen=True, slots=True)
class Label:
    """What was said about a parcel until it was corrected."""

    carrier: str
    tracking_number: str
    corrected_at: datetime


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel: SKUs with quantities. `carrier` is an id of `carriers.CARRIERS` or any name; `corrections` are the wrong labels.

    `key` is the caller's key for the request, if there was one, and `fingerprint` tells a repeat from another request.
    """

    shipment_id: str
    carrier: str
    tracking_number: str
    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime
    corrections: tuple[Label, ...] = ()
    key: str | None = None
    fingerprint: str | None = None

    @property
    def label(self) -> tuple[str, str]:
        """What names the parcel in the world. Names of one carrier are the same."""
        known = carrier_of(self.carrier)
        named = self.carrier.casefold() if known.carrier_id == OTHER else known.carrier_id
        return named, self.tracking_number


Shipments = tuple[Shipment, ...]
"""The parcels of one order, oldest first."""


def is_repeated(shipments: Shipments, new: Shipment) -> bool:
    """Whether the parcel was sent before: by the same request, or with the same tracking number of the same carrier.

    Raises KeyReused if another request had its key.
    """
    for shipment in shipments:
        if new.key is not None and shipment.key == new.key:
            if shipment.fingerprint != new.fingerprint:
                raise KeyReused(new.key)
            return True
    return any(shipment.label == new.label for shipment in shipments)


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


def with_correction(
    shipments: Shipments, shipment_id: str, carrier: str | None, tracking_number: str | None, at: datetime
) -> Shipments | None:
    """The parcels once this one has another carrier or number; None stays as it is. None if nothing changes.

    Raises ShipmentNotFound, and CorrectionRefused if the label is another parcel's or was corrected too often.
    """
    before = next((shipment for shipment in shipments if shipment.shipment_id == shipment_id), None)
    if before is None:
        raise ShipmentNotFound(shipment_id)
    after = replace(
        before, carrier=carrier or before.carrier, tracking_number=tracking_number or before.tracking_number
    )
    if after == before:
        return None
    if any(shipment.label == after.label for shipment in shipments if shipment is not before):
        raise CorrectionRefused("Another parcel of this order has this carrier and tracking number.")
    if len(before.corrections) >= MAX_CORRECTIONS:
        raise CorrectionRefused(f"A parcel can be corrected at most {MAX_CORRECTIONS} times.")
    wrong = Label(before.carrier, before.tracking_number, at)
    after = replace(after, corrections=(*before.corrections, wrong))
    return tuple(after if shipment is before else shipment for shipment in shipments)
