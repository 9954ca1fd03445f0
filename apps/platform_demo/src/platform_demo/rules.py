"""What the platform does with an order in its present state, and which differences it finds. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
UNDECIDED = "requested"
IN_PROGRESS = frozenset({"requested", "approved", "processing"})
"""Statuses of refunds that may still take the buyer's money back: in the meantime nothing is shipped."""


@dataclass(frozen=True)
class Ship:
    """Ship everything that has not been shipped."""


@dataclass(frozen=True)
class Approve:
    """Pay the money back without a person's decision."""

    refund_id: str


@dataclass(frozen=True)
class AskPerson:
    """Let a person decide, on the page."""

    refund_id: str


Step = Ship | Approve | AskPerson


def next_steps(order: Json, refund_at_once: int) -> list[Step]:
    """The next steps. A refund is approved at once while all refunds of the order together stay within `refund_at_once` fen."""
    steps: list[Step] = []
    left = refund_at_once - order["refunded_total"]["amount"]
    for refund in _refunds(order):
        if refund["status"] == UNDECIDED:
            amount = refund["amount"]["amount"]
            steps.append(Approve(refund["refund_id"]) if amount <= left else AskPerson(refund["refund_id"]))
        if refund["status"] in IN_PROGRESS:
            left -= refund["amount"]["amount"]
    if order["status"] == "paid" and not any(r["status"] in IN_PROGRESS for r in _refunds(order)):
        steps.append(Ship())
    return steps


def differences(own: Json | None, theirs: Json) -> list[str]:
    """How the platform's copy of an order differs from Anchorage's order, in words; empty if it does not."""
    if own is None:
        return [f"the order was unknown; it is {theirs['status']}"]
    found = []
    if own["status"] != theirs["status"]:
        found.append(f"status {own['status']}, at Anchorage {theirs['status']}")
    known = {refund["refund_id"]: refund["status"] for refund in _refunds(own)}
    found += [
        f"refund {refund['refund_id']} {known.get(refund['refund_id'], 'unknown')}, at Anchorage {refund['status']}"
        for refund in _refunds(theirs)
        if known.get(refund["refund_id"]) != refund["status"]
    ]
    parcels = [_numbers(own), _numbers(theirs)]
    if parcels[0] != parcels[1]:
        found.append(f"parcels {_listed(parcels[0])}, at Anchorage {_listed(parcels[1])}")
    return found


def product_differences(own: Json, theirs: Json | None) -> list[str]:
    """How a product differs at Anchorage, in words. `own` has `title`, and `prices` in fen by SKU."""
    if theirs is None or not theirs["listed"]:
        return ["not on sale at Anchorage"]
    found = []
    if theirs["title"] != own["title"]:
        found.append(f"title {own['title']!r}, at Anchorage {theirs['title']!r}")
    prices = {sku["sku_id"]: sku["price"]["amount"] for sku in theirs["skus"]}
    for sku_id, price in own["prices"].items():
        if prices.get(sku_id) != price:
            found.append(f"price of {sku_id} {price} fen, at Anchorage {prices.get(sku_id)}")
    return found


def missing_pieces(allotted: int, waiting: int, stock: Json) -> int:
    """How many pieces of a SKU Anchorage lacks; negative if it has too many. `waiting` is what was not sent to it yet.

    `initial` + `adjusted` is all that it was ever given. Sales do not change that sum, so orders that are being placed do not matter.
    """
    return allotted - waiting - int(stock["initial"]) - int(stock["adjusted"])


def _refunds(order: Json) -> Sequence[Json]:
    return order.get("refunds") or ()


def _numbers(order: Json) -> list[str]:
    return [parcel["tracking_number"] for parcel in order.get("shipments") or ()]


def _listed(numbers: list[str]) -> str:
    return ", ".join(numbers) or "none"
