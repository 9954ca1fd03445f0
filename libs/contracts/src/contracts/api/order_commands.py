"""What owners and operators do to orders. An operator says why; it is logged."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.api.common import PRINTABLE, Id, Request, ShortText
from contracts.api.orders import OwnerOrderFilters, OwnerOrdersQuery
from contracts.api.shipments import ShipmentCorrection, ShipmentRequest
from contracts.api.visible import Visible

Reason = Annotated[ShortText, Field(description="why the operator does it; it is logged")]


class NoteRequest(Request):
    """A note on an order, for the owner's eyes only."""

    text: Annotated[str, Field(min_length=1, max_length=1_000, pattern=PRINTABLE), Visible]


class OperatorReason(Request):
    """Why an operator acts on an order."""

    reason: Reason


class OperatorNote(NoteRequest):
    """An operator's note on an order."""

    reason: Reason


class OperatorShipment(ShipmentRequest):
    """A parcel that an operator records for the owner."""

    reason: Reason


class OperatorCorrection(ShipmentCorrection):
    """What an operator corrects about a parcel."""

    reason: Reason


class OperatorReadQuery(Request):
    """How much of an order to answer."""

    reason: ShortText | None = Field(
        default=None,
        description="why the delivery address is needed (for the roles admin and orders); it is logged. Without it, the "
        "address is left out",
    )


class OperatorOrderFilters(OwnerOrderFilters, OperatorReadQuery):
    """Which orders to answer an operator; what is left out excludes nothing. Phones are searched with a `reason` only."""

    owner_id: Id | None = Field(default=None, description="only orders of this owner's mini programs")


class OperatorOrdersQuery(OperatorOrderFilters, OwnerOrdersQuery):
    """One page of the platform's orders."""
