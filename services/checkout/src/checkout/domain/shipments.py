"""Parcels of an order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MAX_PARCELS = 100


@dataclass(frozen=True, slots=True)
class Shipment:
    """A parcel: SKUs with quantities."""

    shipment_id: str
    carrier: str
    tracking_number: str
    lines: tuple[tuple[str, int], ...]
    shipped_at: datetime
