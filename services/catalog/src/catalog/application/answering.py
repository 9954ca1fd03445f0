"""Answers a placed order that is asked again: its reservation is announced once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.application.ports import Announcer
from contracts.catalog import StockRejected, StockReserved
from contracts.checkout import OrderEvent, OrderPlaced


@dataclass(frozen=True, slots=True)
class AnswerAgain:
    """Checkout asks again when an order does not get its stock or its payment link. Payment answers StockReserved in turn."""

    announcer: Announcer

    async def __call__(self, asked: Sequence[OrderEvent]) -> None:
        for event in asked:
            if isinstance(event, OrderPlaced):
                await self.announcer.again(event.order_id, StockReserved, StockRejected)
