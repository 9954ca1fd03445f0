"""Settled days and their statements in MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from payment.domain.statements import DayState, SettlementDay, Statement, Totals
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new


class MongoSettlements:
    """The collections `settlements` (by day) and `statements`."""

    def __init__(self, db: Database) -> None:
        self._settlements = db["settlements"]
        self._statements = db["statements"]

    async def prepare(self) -> None:
        """Create indexes of statements by payee, and by account for what is carried over."""
        by_payee = IndexModel([("payee_kind", ASCENDING), ("payee", ASCENDING), ("_id", DESCENDING)])
        by_account = IndexModel([("mini_program_id", ASCENDING), ("account", ASCENDING), ("day", DESCENDING)])
        await self._statements.create_indexes([by_payee, by_account])

    async def get(self, day: date) -> SettlementDay | None:
        """The day; None when its settlement has not begun."""
        found = await self._settlements.find_one({"_id": day.isoformat()})
        if found is None:
            return None
        return SettlementDay(
            day,
            DayState(found["state"]),
            found.get("statements", 0),
            found.get("paid_out", 0),
            found.get("platform", 0),
            found.get("closed_at"),
        )

    async def begin(self, day: date, now: datetime) -> None:
        """Open the day, unless it was opened before."""
        opened = {"state": DayState.OPEN.value, "opened_at": now}
        await self._settlements.update_one({"_id": day.isoformat()}, {"$setOnInsert": opened}, upsert=True)

    async def put(self, day: SettlementDay) -> None:
        """Store how far the day is."""
        fields: Document = {"state": day.state.value}
        if day.state is DayState.CLOSED:
            fields |= {
                "statements": day.statements,
                "paid_out": day.paid_out,
                "platform": day.platform,
                "closed_at": day.closed_at,
            }
        await self._settlements.update_one({"_id": day.day.isoformat()}, {"$set": fields})

    async def openings(self, day: date) -> dict[tuple[str, str], int]:
        """The closing balance of each account's latest earlier statement, where it is not zero."""
        pipeline: list[Document] = [
            {"$match": {"day": {"$lt": day.isoformat()}}},
            {"$sort": {"mini_program_id": 1, "account": 1, "day": -1}},
            {
                "$group": {
                    "_id": {"mini_program_id": "$mini_program_id", "account": "$account"},
                    "closing": {"$first": "$closing"},
                }
            },
            {"$match": {"closing": {"$ne": 0}}},
        ]
        return {
            (row["_id"]["mini_program_id"], row["_id"]["account"]): row["closing"]
            async for row in await self._statements.aggregate(pipeline)
        }

    async def add(self, statements: Sequence[Statement]) -> None:
        """Store the statements in one round trip; existing ones stay."""
        await insert_new(self._statements, [_document(statement) for statement in statements])

    async def statements(
        self, payee_kind: str, payee: str, *, day: str | None, before: str | None, limit: int
    ) -> list[Statement]:
        """A payee's statements, newest first; `before` is the id of the last one seen."""
        query: Document = {"payee_kind": payee_kind, "payee": payee}
        if day is not None:
            query["day"] = day
        if before is not None:
            query["_id"] = {"$lt": before}
        found = self._statements.find(query).sort("_id", DESCENDING).limit(limit)
        return [_statement(document) async for document in found]


def _document(statement: Statement) -> Document:
    totals = statement.totals
    return {
        "_id": statement.id,
        "day": statement.day,
        "payee": statement.payee,
        "payee_kind": statement.payee_kind,
        "mini_program_id": totals.mini_program_id,
        "account": totals.account,
        "opening": statement.opening,
        "earned": totals.earned,
        "reversed": totals.reversed,
        "payments": totals.payments,
        "refunds": totals.refunds,
        "paid_out": statement.paid_out,
        "closing": statement.closing,
        "payout_id": statement.payout_id,
    }


def _statement(document: Document) -> Statement:
    totals = Totals(
        document["mini_program_id"],
        document["account"],
        document["earned"],
        document["reversed"],
        document["payments"],
        document["refunds"],
    )
    return Statement(document["day"], document["payee"], document["payee_kind"], document["opening"], totals)
