"""Reservations that stand still: held long after their orders were to be paid."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.application.ports import Announcer, ReservationStore
from contracts.catalog import StockReserved
from runtime.stalled import Stalled

PATIENCE = timedelta(minutes=30)
"""After an order's deadline, payment may need this to learn whether the money came, and to close the trade."""
WAITS_FOR = "checkout to say whether the order was paid or cancelled"
ADVICE = "Is its order listed too? Else look for it in `anchorage dlq show orders` and replay it."


@dataclass(frozen=True, slots=True)
class StalledReservations:
    """Implements `runtime.stalled.StalledSource`."""

    store: ReservationStore
    announcer: Announcer

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Reservations that are still held."""
        async for reservation in self.store.held_since_before(now - PATIENCE):
            since = reservation.expires_at or now
            yield Stalled("reservation", reservation.order_id, reservation.state, since, WAITS_FOR, ADVICE)

    async def ask_again(self, stalled: Stalled) -> None:
        """Checkout answers with what has become of the order."""
        await self.announcer.again(stalled.id, StockReserved)
