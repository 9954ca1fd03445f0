"""Facts about orders, in waves."""

from __future__ import annotations

from catalog.application.order_facts import OrderFact, waves
from catalog.domain.reservation import FactKind


def test_facts_of_one_order_keep_their_order_and_those_of_several_share_waves() -> None:
    def fact(order_id: str, kind: FactKind) -> OrderFact:
        return OrderFact(kind, order_id, "shop0001")

    placed_a, placed_b = fact("a", FactKind.PLACED), fact("b", FactKind.PLACED)
    paid_a, cancelled_b = fact("a", FactKind.PAID), fact("b", FactKind.CANCELLED)
    refunded_a = fact("a", FactKind.REFUNDED)
    assert waves([placed_a, paid_a, placed_b, refunded_a, cancelled_b]) == [
        [placed_a, placed_b],
        [paid_a, cancelled_b],
        [refunded_a],
    ]
