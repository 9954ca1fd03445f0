"""Invariant 9: coupons are used by living orders only, each in a slot of its own, and no more than their stock."""

from __future__ import annotations

from typing import Any

from anchorage_cli.coupon_uses import wrongly_used

SHOP = "auditshop1"
COUPON = f"{SHOP}:summer"


def order(order_id: str, slot: int | None, openid: str = "", *, status: str = "paid") -> dict[str, Any]:
    use = {"key": "summer", "slot": slot, "viewer_slot": None if slot is None else 0}
    return {
        "_id": order_id, "mini_program_id": SHOP, "openid": openid or order_id, "status": status, "coupon": use,
    }  # fmt: skip


def wrongs(*orders: dict[str, Any], stock: int = 2) -> list[str]:
    """What each violation is about."""
    coupons = {COUPON: {"terms": {"stock": stock}}}
    return [text.partition(": ")[0] for text in wrongly_used(orders, coupons)]


def test_sound_uses_pass() -> None:
    without = {"_id": "o4", "mini_program_id": SHOP, "openid": "o4", "status": "paid"}
    old = without | {"coupon": None}
    ended = order("o3", None, status="cancelled")
    assert wrongs(order("o1", 0), order("o2", 1, status="refunded"), ended, without, old) == []


def test_an_order_that_ended_unpaid_and_a_living_one_without_a_slot_are_found() -> None:
    assert wrongs(order("o1", 0, status="rejected"), order("o2", None, status="closing")) == ["o1", "o2"]


def test_a_refunded_order_gives_its_coupon_back_only_if_it_was_cancelled() -> None:
    cancelled = {"status": "refunded", "cancellation": {"by": "owner"}}
    assert wrongs(order("o1", 0) | cancelled, order("o2", None) | cancelled) == ["o1"]
    assert wrongs(order("o1", None, status="refunded")) == ["o1"]


def test_shared_slots_are_found() -> None:
    assert wrongs(order("o1", 0), order("o2", 0)) == [f"coupon {COUPON}"]
    assert wrongs(order("o1", 0, "viewer"), order("o2", 1, "viewer")) == [f"coupon {COUPON}"]


def test_more_uses_than_the_stock_and_uses_of_no_coupon_are_found() -> None:
    assert wrongs(order("o1", 0), order("o2", 1), stock=1) == [f"coupon {COUPON}"]
    assert len(list(wrongly_used([order("o1", 0)], {}))) == 1
