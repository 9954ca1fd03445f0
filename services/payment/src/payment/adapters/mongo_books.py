"""Sums over ledger and trades, for settlement, statements and reconciliation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from payment.domain import ledger
from payment.domain.days import end_of, start_of
from payment.domain.ledger import Kind
from payment.domain.reconciliation import Movement
from payment.domain.statements import Totals
from runtime.mongo.client import Database, Document

IN, BACK = (Kind.PAYMENT, Kind.LATE_PAYMENT), (Kind.REFUND, Kind.LATE_REFUND)
_PAYEES = {"$regex": f"^({ledger.OWNER}|{ledger.CREATOR})"}


class MongoBooks:
    """Reads `ledger` and `trades`; writes one thing: which day's statement a posting is in."""

    def __init__(self, db: Database) -> None:
        self._ledger = db["ledger"]
        self._trades = db["trades"]

    async def unposted(self, day: date) -> int:
        """Movements of the day by the trades, less those in the ledger."""
        moved = len([movement async for movement in self.trade_movements(day)])
        kinds = [kind.value for kind in (*IN, *BACK)]
        posted = await self._ledger.count_documents({"day": day.isoformat(), "kind": {"$in": kinds}})
        return max(0, moved - posted)

    async def unclaimed_days(self, until: date) -> list[date]:
        """Days with postings in no statement; payouts are in none for good."""
        days = await self._ledger.distinct("day", _unclaimed(until))
        return sorted(date.fromisoformat(day) for day in days)

    async def claim(self, day: date) -> None:
        """Mark them."""
        await self._ledger.update_many(_unclaimed(day), {"$set": {"statement": day.isoformat()}})

    async def totals(self, day: date) -> list[Totals]:
        """What is owed to a payee is a credit: below zero in the ledger, above zero here."""
        back = {"$in": ["$kind", [kind.value for kind in BACK]]}
        owed = {"$multiply": ["$legs.amount", -1]}
        pipeline: list[Document] = [
            {"$match": {"statement": day.isoformat()}},
            {"$unwind": "$legs"},
            {"$match": {"legs.account": _PAYEES}},
            {
                "$group": {
                    "_id": {"mini_program_id": "$mini_program_id", "account": "$legs.account"},
                    "earned": {"$sum": {"$cond": [back, 0, owed]}},
                    "reversed": {"$sum": {"$cond": [back, owed, 0]}},
                    "payments": {"$sum": {"$cond": [back, 0, 1]}},
                    "refunds": {"$sum": {"$cond": [back, 1, 0]}},
                }
            },
            {"$sort": {"_id": 1}},
        ]
        return [
            Totals(
                **row["_id"],
                **{name: row[name] for name in ("earned", "reversed", "payments", "refunds")},
            )
            async for row in await self._ledger.aggregate(pipeline)
        ]

    async def platform(self, day: date) -> int:
        """Credits of the platform's account, as income."""
        return -(await self._sum({"statement": day.isoformat()}, ledger.PLATFORM))

    async def pending(self, account: str) -> int:
        """What a payee has earned and is in no statement yet."""
        return -(await self._sum({"statement": {"$exists": False}, "kind": {"$ne": Kind.PAYOUT}}, account))

    async def _sum(self, query: Document, account: str) -> int:
        pipeline: list[Document] = [
            {"$match": query | {"legs.account": account}},
            {"$unwind": "$legs"},
            {"$match": {"legs.account": account}},
            {"$group": {"_id": None, "amount": {"$sum": "$legs.amount"}}},
        ]
        found = await (await self._ledger.aggregate(pipeline)).to_list()
        return int(found[0]["amount"]) if found else 0

    async def balances(self) -> dict[str, int]:
        """Every account of the ledger; they sum to zero."""
        pipeline: list[Document] = [
            {"$unwind": "$legs"},
            {"$group": {"_id": "$legs.account", "amount": {"$sum": "$legs.amount"}}},
            {"$sort": {"_id": 1}},
        ]
        return {row["_id"]: row["amount"] async for row in await self._ledger.aggregate(pipeline)}

    async def lines(
        self, day: str, mini_program_ids: list[str] | None, account: str | None, after: str | None, limit: int
    ) -> list[Document]:
        """A statement's postings in the order of their ids: of the mini programs' owners, or of one account."""
        query: Document = {"statement": day}
        if mini_program_ids is not None:
            query["mini_program_id"] = {"$in": mini_program_ids}
        query["legs.account"] = (
            account if account is not None else {"$in": [ledger.OWNER + i for i in mini_program_ids or []]}
        )
        if after is not None:
            query["_id"] = {"$gt": after}
        return await self._ledger.find(query).sort("_id", 1).limit(limit).to_list()

    async def ledger_movements(self, day: date, collector: str) -> AsyncIterator[Movement]:
        """What the ledger says of the collector's money that day."""
        account = ledger.CLEARING + collector
        async for found in self._ledger.find({"day": day.isoformat(), "legs.account": account}):
            amount = sum(leg["amount"] for leg in found["legs"] if leg["account"] == account)
            yield Movement(found["order_id"], found.get("refund_id"), amount)

    async def trade_movements(self, day: date, collector: str | None = None) -> AsyncIterator[Movement]:
        """What the trades say of that day's money."""
        within = {"$gte": start_of(day), "$lt": end_of(day)}
        query: Document = {"$or": [{"paid_at": within}, {"refunds.settled_at": within}]}
        if collector is not None:
            provider, _, merchant = collector.partition(".")
            query |= {"payee.0": provider, "payee.1": merchant}
        wanted = {"paid_at": 1, "total": 1, "refunds": 1}
        async for trade in self._trades.find(query, wanted):
            for movement in _movements(trade, day):
                yield movement


def _movements(trade: dict[str, Any], day: date) -> list[Movement]:
    start, end = start_of(day), end_of(day)
    moved = []
    if trade.get("paid_at") is not None and start <= trade["paid_at"] < end:
        moved.append(Movement(trade["_id"], None, trade["total"]))
    for refund in trade["refunds"]:
        at = refund.get("settled_at")
        if at is not None and start <= at < end:
            moved.append(Movement(trade["_id"], refund["refund_id"], -refund["amount"]))
    return moved


def _unclaimed(until: date) -> Document:
    return {
        "statement": {"$exists": False},
        "day": {"$lte": until.isoformat()},
        "kind": {"$ne": Kind.PAYOUT.value},
    }
