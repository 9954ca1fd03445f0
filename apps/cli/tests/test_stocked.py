"""The audit of stock: what orders hold and have bought is what catalog counts."""

from __future__ import annotations

from typing import Any

import pytest

from anchorage_cli.rebuild import RebuiltOrder, rebuild
from anchorage_cli.stocked import wrongly_stocked
from contracts.checkout import OrderPlaced, OrderRefunded
from contracts.money import cny

SKU, ORDER = "sku-1", "teashop01_1"


def wrongs(stock: dict[str, Any], order: dict[str, Any], told: RebuiltOrder | None = None) -> list[str]:
    return list(wrongly_stocked([stock], {ORDER: order}, {ORDER: told} if told else {}))


def stocked(*, reserved: int = 0, sold: int = 0) -> dict[str, Any]:
    holds = {ORDER: reserved} if reserved else {}
    left = 10 - reserved - sold
    return {
        "_id": SKU, "initial": 10, "adjusted": 0, "available": left, "reserved": reserved, "sold": sold, "holds": holds,
    }  # fmt: skip


def order(status: str, *, sent: int = 0) -> dict[str, Any]:
    parcels = [{"lines": [{"sku_id": SKU, "quantity": sent}]}] if sent else []
    history = [{"status": "confirmed"}]
    return {
        "status": status, "lines": [{"sku_id": SKU, "quantity": 3}], "shipments": parcels, "history": history,
    }  # fmt: skip


def refunded(**fields: Any) -> RebuiltOrder:
    """The order as an event of a refund in full tells it; an event of an earlier version has no `unsent`."""
    common = {
        "order_id": ORDER,
        "mini_program_id": "teashop01",
        "host_id": "h",
        "openid": "o",
        "lines": (),
        "total": cny(300),
    }
    placed = OrderPlaced.model_construct(**common, version=1)
    back = OrderRefunded.model_construct(**common, version=9, refunded_total=cny(300), **fields)
    return rebuild([placed, back])[ORDER]


@pytest.mark.parametrize(
    ("status", "stock"),
    [
        ("confirmed", stocked(reserved=3)),
        ("awaiting_payment", stocked(reserved=3)),
        ("paid", stocked(sold=3)),
        ("completed", stocked(sold=3)),
        ("cancelled", stocked()),
    ],
)
def test_what_an_order_holds_or_has_bought_is_counted(status: str, stock: dict[str, Any]) -> None:
    assert wrongs(stock, order(status)) == []
    assert wrongs(stock | {"sold": stock["sold"] + 1, "available": stock["available"] - 1}, order(status))


def test_a_refund_in_full_gives_back_what_was_never_sent() -> None:
    sound = refunded(release_stock=False, unsent=({"sku_id": SKU, "quantity": 2},))
    assert wrongs(stocked(sold=1), order("refunded", sent=1), sound) == []
    [wrong] = wrongs(stocked(sold=3), order("refunded", sent=1), sound)
    assert wrong == "sku-1: 3 sold, paid orders have 1"
    silent = refunded(release_stock=False, unsent=())
    assert wrongs(stocked(sold=3), order("refunded", sent=1), silent) == [wrong]


def test_an_earlier_refund_gave_back_all_or_nothing() -> None:
    assert wrongs(stocked(sold=3), order("refunded", sent=1), refunded(release_stock=False)) == []
    assert wrongs(stocked(sold=1), order("refunded", sent=1), refunded(release_stock=False))
    assert wrongs(stocked(), order("refunded"), refunded(release_stock=True)) == []


def test_stock_that_does_not_add_up_is_named() -> None:
    found = wrongs(stocked(sold=3) | {"available": -1, "holds": {"x": 1}}, order("paid"))
    assert len(found) == 3, found
