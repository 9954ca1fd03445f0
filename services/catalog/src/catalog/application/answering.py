"""Answers a placed order that is asked again: its reservation is announced once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.application.ports import Announcer
from contracts.catalog import StockRejected, StockReserved


@dataclass(frozen=True, slots=True)
class AnswerAgain:
    """Checkout asks again when an order does not get its stock or its payment link. Payment answers StockReserved in turn."""

    announcer: Announcer

    async def __call__(self, order_ids: Sequence[str]) -> None:
        for order_id in order_ids:
            await self.announcer.again(order_id, StockReserved, StockRejected)
