"""Ports in memory, held to the same tests as those on MongoDB (`integration/test_ports.py`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from payment.adapters.mongo_trades import MAX_SKEW
from payment.domain.ledger import SHARED_OUT, Kind, Posting, Receipt
from payment.domain.reconciliation import Movement
from payment.domain.trade import StoredTrade, Trade
from runtime.clock import Clock
from support.in_memory_store import InMemoryStore, Stored


class InMemoryTrades(InMemoryStore[StoredTrade]):
    """The ports TradeStore and TradeQueries."""

    def __init__(self, stored: Stored[StoredTrade] | None = None, **options: Any) -> None:
        super().__init__(stored or Stored(), lambda trade: trade.order_id, lambda trade: trade, **options)

    async def due(self, now: datetime, limit: int, *, but: Collection[str]) -> list[Trade]:
        scheduled = [
            (trade.due_at, trade)
            for trade in self.stored.aggregates.values()
            if isinstance(trade, Trade) and trade.due_at is not None and trade.order_id not in but
        ]
        due = sorted((pair for pair in scheduled if pair[0] <= now), key=lambda pair: pair[0])
        ahead = [p for p in scheduled if p[0] > now and p[1].changed_at and p[1].changed_at > now + MAX_SKEW]
        return [trade for _, trade in (*due, *ahead)[:limit]]

    async def movements(self, day: date, collector: str | None = None) -> AsyncIterator[Movement]:
        raise NotImplementedError
        yield


@dataclass(slots=True)
class StoredLedger:
    """What the replicas share."""

    postings: dict[str, tuple[Posting, datetime]] = field(default_factory=dict)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    due: dict[str, date] = field(default_factory=dict)


class InMemoryLedger:
    """Of the port Ledger, what bookkeeping needs. `receipts` are by order, `due` is the day of each posting that is due."""

    def __init__(self, stored: StoredLedger | None = None) -> None:
        stored = stored or StoredLedger()
        self.postings, self.receipts, self.due = stored.postings, stored.receipts, stored.due

    async def append(self, postings: Sequence[Posting], now: datetime) -> None:
        for posting in postings:
            self.postings.setdefault(posting.id, (posting, now))
        self._make_due()

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            self.receipts.setdefault(receipt.order_id, receipt)
        self._make_due()

    def _make_due(self) -> None:
        for posting, _ in self.postings.values():
            if posting.kind is Kind.OWNER_PAYMENT:
                self.due.setdefault(posting.id, posting.day)
            receipt = self.receipts.get(posting.order_id or "")
            if receipt is not None and posting.kind in SHARED_OUT:
                self.due.setdefault(posting.id, max(posting.day, receipt.day))

    async def unclaimed_days(self, until: date) -> list[date]:
        return sorted({day for day in self.due.values() if day <= until})

    async def balances(self) -> dict[str, int]:
        balances: dict[str, int] = {}
        for posting, _ in self.postings.values():
            for leg in posting.legs:
                balances[leg.account] = balances.get(leg.account, 0) + leg.amount
        return dict(sorted(balances.items()))


@dataclass(slots=True)
class Held:
    """Who has a lease, and until when."""

    holder: str = ""
    until: datetime | None = None


@dataclass(slots=True)
class InMemoryLease:
    """The port Lease. `clock` is the database's."""

    lease: Held
    holder: str
    clock: Clock
    length: timedelta = field(default=timedelta(seconds=6))

    async def acquire(self) -> bool:
        now, until = self.clock(), self.lease.until
        free = self.lease.holder == self.holder or until is None or until <= now or until > now + self.length
        if free:
            self.lease.holder, self.lease.until = self.holder, now + self.length
        return free

    async def keep(self) -> bool:
        return await self.acquire()

    async def release(self) -> None:
        if self.lease.holder == self.holder:
            self.lease.until = self.clock()
