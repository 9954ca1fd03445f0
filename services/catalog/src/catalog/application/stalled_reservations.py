"""Stalled stock: reservations held long after their orders were to be paid, and holds that nobody needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.application.ports import Announcer, ReservationStore
from catalog.domain.reservation import Lines
from contracts.catalog import StockReserved
from runtime.stalled import Stalled

PATIENCE = timedelta(minutes=30)
"""After an order's deadline, payment may need this to learn whether the money came, and to close the trade."""
WAITS_FOR = "checkout to say whether the order was paid or cancelled"
ADVICE = "Is its order listed too? Else look for it in `anchorage dlq show orders` and replay it."
LEFT_OVER = "this watch to release it"
LEFT_OVER_ADVICE = "See catalog's log for `cannot ask again`."


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


class LeftOverHolds:
    """Implements `runtime.stalled.StalledSource`: what a replica held too late, before it died (`reserving.py`)."""

    def __init__(self, store: ReservationStore) -> None:
        self._store = store
        self._found: dict[str, Lines] = {}

    async def find(self, now: datetime) -> AsyncIterator[Stalled]:
        """Holds of orders whose reservation holds nothing."""
        self._found.clear()
        async for hold in self._store.left_over_holds():
            self._found[hold.order_id] = hold.lines
            yield Stalled("hold", hold.order_id, hold.state, now, LEFT_OVER, LEFT_OVER_ADVICE)

    async def ask_again(self, stalled: Stalled) -> None:
        """Release the hold; nothing happens if it is gone."""
        await self._store.release_holds({stalled.id: self._found.get(stalled.id, ())})
