"""Settled days, statements and payouts in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from contracts.money import cny
from contracts.payment import PayoutSettled
from payment.domain.statements import Statement
from runtime.clock import Clock
from runtime.mongo.client import Database, Document
from runtime.mongo.writes import insert_new
from runtime.outbox.recorder import Recorder

PAYOUTS = "payouts"


class MongoDayBook:
    """The collections `settlements` (by day), `statements` and `payouts`."""

    def __init__(self, db: Database, recorder: Recorder, clock: Clock) -> None:
        self._settlements = db["settlements"]
        self._statements = db["statements"]
        self._payouts = db[PAYOUTS]
        self._recorder = recorder
        self._clock = clock

    async def prepare(self) -> None:
        """Statements by payee, and by account for what is carried on."""
        by_payee = IndexModel([("payee_kind", ASCENDING), ("payee", ASCENDING), ("_id", DESCENDING)])
        by_account = IndexModel([("mini_program_id", ASCENDING), ("account", ASCENDING), ("day", DESCENDING)])
        await self._statements.create_indexes([by_payee, by_account])

    async def state(self, day: date) -> str | None:
        """How far the day is."""
        found = await self._settlements.find_one({"_id": day.isoformat()}, {"state": 1})
        return found["state"] if found is not None else None

    async def begin(self, day: date) -> None:
        """Open the day."""
        await self._settlements.update_one(
            {"_id": day.isoformat()},
            {"$setOnInsert": {"state": "open", "opened_at": self._clock()}},
            upsert=True,
        )

    async def set_state(self, day: date, state: str, summary: Mapping[str, Any]) -> None:
        """Go on to the next state."""
        await self._settlements.update_one({"_id": day.isoformat()}, {"$set": {"state": state, **summary}})

    async def summary(self, day: date) -> Document | None:
        """The day with its sums."""
        return await self._settlements.find_one({"_id": day.isoformat()})

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

    async def write(self, statements: Sequence[Statement]) -> None:
        """Statements first: a payout without its statement could not be explained."""
        await insert_new(self._statements, [_document(statement) for statement in statements])
        await insert_new(self._payouts, [self._payout(s) for s in statements if s.payout_id is not None])

    def _payout(self, statement: Statement) -> Document:
        now = self._clock()
        settled = PayoutSettled(
            version=1,
            mini_program_id=statement.totals.mini_program_id,
            at=now,
            payout_id=str(statement.payout_id),
            payee=statement.payee,
            payee_kind=statement.payee_kind,
            day=statement.day,
            amount=cny(statement.paid_out),
        )
        return {
            "_id": statement.payout_id,
            "version": 1,
            "statement": statement.id,
            "amount": statement.paid_out,
            "payee": statement.payee,
            "at": now,
            "outbox": self._recorder.slots(1, [settled]),
        }

    async def statements(
        self, payee_kind: str, payee: str, *, day: str | None, before: str | None, limit: int
    ) -> list[Document]:
        """A payee's statements, newest first; `before` is the id of the last one seen."""
        query: Document = {"payee_kind": payee_kind, "payee": payee}
        if day is not None:
            query["day"] = day
        if before is not None:
            query["_id"] = {"$lt": before}
        return await self._statements.find(query).sort("_id", -1).limit(limit).to_list()


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
