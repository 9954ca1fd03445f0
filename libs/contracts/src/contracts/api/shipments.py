"""Parcels of orders, and their carriers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from contracts.api.common import MAX_LINES, Answer, Id, Request, ShortText

OTHER = "other"

TrackingNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]
CarrierName = Annotated[
    ShortText, Field(description="the `carrier_id` of a carrier in GET /v1/carriers, or any carrier's name")
]
OtherName = Annotated[
    ShortText | None,
    Field(description="the name of a carrier that is not in the list, with `carrier` `other`"),
]


class CarrierView(Answer):
    """A carrier of parcels."""

    carrier_id: str
    name: str
    name_en: str
    tracking_url: str | None = Field(
        default=None, description="where a parcel is followed; `{tracking_number}` stands for its number"
    )


class ShipmentLine(Request):
    """A SKU and how many of it are in the parcel."""

    sku_id: Id
    quantity: int = Field(ge=1, le=999)


class _NamedCarrier(Request):
    """What names a carrier."""

    @model_validator(mode="after")
    def _check_other(self) -> _NamedCarrier:
        carrier, name = getattr(self, "carrier", None), getattr(self, "carrier_name", None)
        if (carrier == OTHER) != (name is not None):
            raise ValueError('give carrier_name together with carrier "other", and only then')
        return self

    @property
    def named(self) -> str | None:
        """The carrier's id or name."""
        return getattr(self, "carrier_name", None) or getattr(self, "carrier", None)


class ShipmentRequest(_NamedCarrier):
    """A parcel that was sent. Without `lines` it holds everything that was not sent before."""

    carrier: CarrierName
    carrier_name: OtherName = None
    tracking_number: TrackingNumber
    lines: Annotated[list[ShipmentLine], Field(min_length=1, max_length=MAX_LINES)] | None = None


class ShipmentCorrection(_NamedCarrier):
    """What was wrong about a parcel; what is left out stays."""

    carrier: CarrierName | None = None
    carrier_name: OtherName = None
    tracking_number: TrackingNumber | None = None

    @model_validator(mode="after")
    def _check_any(self) -> ShipmentCorrection:
        if self.carrier is None and self.tracking_number is None:
            raise ValueError("give the carrier or the tracking_number that is right")
        return self


class CorrectedShipment(Answer):
    """What was said about a parcel until it was corrected."""

    carrier: str
    tracking_number: str
    corrected_at: datetime


class ShipmentView(Answer):
    """A parcel."""

    shipment_id: str
    carrier: str = Field(description="the carrier's name")
    carrier_en: str = Field(
        default="", description="its name in English; what the owner wrote if it is not in the list"
    )
    carrier_id: str = Field(default=OTHER, description="its id in GET /v1/carriers")
    tracking_number: str
    tracking_url: str | None = Field(default=None, description="where the parcel is followed")
    lines: list[ShipmentLine]
    shipped_at: datetime
    corrections: list[CorrectedShipment] = Field(default=[], description="wrong numbers, the oldest first")
