"""Reservations as MongoDB documents and back."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.domain.reservation import Lines, Reservation, State
from runtime.mongo.client import Document


def document_of(reservation: Reservation) -> Document:
    document: Document = {
        "_id": reservation.order_id,
        "mini_program_id": reservation.mini_program_id,
        "state": reservation.state,
        "version": reservation.version,
        "lines": _lines(reservation.lines),
    }
    if reservation.expires_at is not None:
        document["expires_at"] = reservation.expires_at
    if reservation.reason is not None:
        document["reason"] = reservation.reason
    if reservation.returned is not None:
        document["returned"] = _lines(reservation.returned)
    return document


def changing_fields(reservation: Reservation) -> Document:
    """The fields that a move sets. Only a tombstone moves on to `rejected`, and it had no lines."""
    names = ["state", "version", "returned"]
    if reservation.state is State.REJECTED:
        names += ["lines", "reason"]
    document = document_of(reservation)
    return {name: document[name] for name in names if name in document}


def _lines(lines: Lines) -> list[Document]:
    return [{"sku_id": sku_id, "quantity": quantity} for sku_id, quantity in lines]


def _read_lines(lines: Sequence[Document]) -> Lines:
    return tuple((line["sku_id"], line["quantity"]) for line in lines)


def reservation_of(document: Document) -> Reservation:
    return Reservation(
        order_id=document["_id"],
        mini_program_id=document["mini_program_id"],
        state=State(document["state"]),
        lines=_read_lines(document["lines"]),
        reason=document.get("reason"),
        expires_at=document.get("expires_at"),
        returned=_read_lines(document["returned"]) if "returned" in document else None,
    )
